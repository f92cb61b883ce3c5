"""`python -m catalog api|worker|migrate|revision`."""

from shared.process import main

from catalog.app import api, worker
from catalog.store.tables import metadata

main("catalog", api, worker, metadata)
