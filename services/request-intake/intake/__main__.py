"""`python -m intake api|worker|migrate|revision|seed_calendar`."""

from intake.app import api, seed, worker
from intake.store.tables import metadata
from shared.process import main

main("intake", api, worker, metadata, {"seed_calendar": seed})
