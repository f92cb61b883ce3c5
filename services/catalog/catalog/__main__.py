"""`python -m catalog api|worker|migrate|revision`."""

from catalog.app import api, worker
from catalog.store.tables import metadata
from shared.process import main

main("catalog", api, worker, metadata)
