"""`python -m search api|worker|migrate`."""

from search.app import api, worker
from search.store import metadata
from shared.process import main

main("search", api, worker, metadata)
