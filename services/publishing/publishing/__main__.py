"""`python -m publishing api|worker|migrate|revision`."""

from shared.process import main

from publishing.app import api, worker
from publishing.store.tables import metadata

main("publishing", api, worker, metadata)
