"""`python -m intake api|worker|migrate|revision|seed_calendar`."""

from shared.process import main

from intake.app import api, seed, worker
from intake.store.tables import metadata

main("intake", api, worker, metadata, {"seed_calendar": seed})
