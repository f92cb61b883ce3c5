"""What is owed, by when, and whether it was done."""

from supervision.domain.columns import FRESHNESS_LABELS as FRESHNESS_LABELS
from supervision.domain.columns import ColumnEntry as ColumnEntry
from supervision.domain.columns import Freshness as Freshness
from supervision.domain.duties import DUTY_LABELS as DUTY_LABELS
from supervision.domain.duties import SETTLED as SETTLED
from supervision.domain.duties import Day as Day
from supervision.domain.duties import DutyState as DutyState
from supervision.domain.duties import Entry as Entry
from supervision.domain.duties import request_entry as request_entry
from supervision.domain.duties import settled as settled
from supervision.domain.evidence import SHANGHAI as SHANGHAI
from supervision.domain.evidence import PublishedDocument as PublishedDocument
from supervision.domain.ledger import Facts as Facts
from supervision.domain.ledger import Ledger as Ledger
from supervision.domain.ledger import derive_ledger as derive_ledger
from supervision.domain.summary import Figures as Figures
from supervision.domain.summary import SettledCounts as SettledCounts
from supervision.domain.summary import Summary as Summary
from supervision.domain.summary import summarise as summarise
