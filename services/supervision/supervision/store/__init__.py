"""PostgreSQL: what others announced, kept newest, and read back as the facts of a ledger."""

from supervision.store.projections import Documents as Documents
from supervision.store.projections import Requests as Requests
from supervision.store.projections import States as States
from supervision.store.reading import LedgerFacts as LedgerFacts
from supervision.store.tables import calendars as calendars
from supervision.store.tables import columns as columns
from supervision.store.tables import delivery as delivery
from supervision.store.tables import departments as departments
from supervision.store.tables import metadata as metadata
from supervision.store.tables import obligations as obligations
