"""`python -m identity api|worker|migrate|revision|bootstrap|rotate-key`."""

from identity.app import api, worker
from identity.bootstrap import bootstrap, rotate_key
from identity.store import metadata
from shared.process import main

main("identity", api, worker, metadata, commands={"bootstrap": bootstrap, "rotate-key": rotate_key})
