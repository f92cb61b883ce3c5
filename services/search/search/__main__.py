"""`python -m search api|worker|migrate`."""

from shared.process import main

from search.app import api, worker
from search.store import metadata

main("search", api, worker, metadata)
