"""`python -m publishing api|worker|migrate|revision`."""

from publishing.app import api, worker
from publishing.store.tables import metadata
from shared.process import main

main("publishing", api, worker, metadata)
