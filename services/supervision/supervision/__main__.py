"""`python -m supervision api|worker|migrate|revision`."""

from shared.process import main
from supervision.app import api, worker
from supervision.store import metadata

if __name__ == "__main__":
    main("supervision", api, worker, metadata)
