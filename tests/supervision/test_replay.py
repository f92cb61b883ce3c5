"""Any order, duplication or late delivery of the same events gives the same ledger."""

from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.events import Event
from supervision.domain import Summary, derive_ledger, summarise
from supervision.domain.ledger import Ledger
from tests.supervision.books import Books, MemoryBooks, rolled_back, taken
from tests.supervision.building import (
    CALENDAR,
    TODAY,
    column,
    department,
    document,
    event,
    obligation,
    request,
)

DAYS = st.integers(-200, 20).map(lambda days: TODAY + timedelta(days=days))
CODES = st.sampled_from(["c1", "c2"])
ITEMS = st.sampled_from(["i1", "i2"])
DOCUMENTS = st.sampled_from(["d1", "d2", "d3", "d4"])
OFFICES = st.lists(st.sampled_from(["audit", "财政局", "办公室"]), max_size=2).map(tuple)

SHOWN = st.builds(
    document,
    DOCUMENTS,
    DAYS.map(date.isoformat),
    withdrawn=st.sampled_from([False, False, True]),
    column=st.none() | CODES,
    catalogue_items=st.lists(ITEMS, min_size=1, max_size=2).map(tuple),
)
OWED = st.builds(
    obligation,
    st.sampled_from(["o1", "o2"]),
    responsible=OFFICES,
    due_on=st.none() | DAYS,
    recurring=st.booleans(),
    column=st.none() | CODES,
    catalogue_item=st.none() | ITEMS,
    fulfilled_by=st.lists(DOCUMENTS, max_size=1).map(tuple),
    active=st.sampled_from([True, True, False]),
)
ASKED = st.builds(
    request,
    st.sampled_from(["r1", "r2"]),
    status=st.sampled_from(["processing", "withdrawn", "decided"]),
    due_on=st.none() | DAYS,
    decided_on=st.none() | DAYS,
)
WATCHED = st.builds(
    column,
    CODES,
    parent=st.none() | CODES,
    max_silence_days=st.none() | st.integers(1, 200),
    active=st.sampled_from([True, True, False]),
)
ANSWERING = st.builds(
    department, st.sampled_from(["audit", "finance"]), st.sampled_from(["审计局", "财政局"]), st.booleans()
)


def numbered(states: list[Any]) -> list[Event]:
    """The states as events in the order they happened, each subject with its own sequence."""
    seen: dict[tuple[type, str], int] = {}
    events = []
    for state in states:
        subject = event(state).subject
        seen[type(state), subject] = sequence = seen.get((type(state), subject), 0) + 1
        events.append(event(state, sequence))
    return events


HISTORIES = (
    st.tuples(
        st.lists(SHOWN, min_size=3, max_size=8),
        st.lists(OWED, min_size=2, max_size=4),
        st.lists(st.one_of(ASKED, WATCHED, ANSWERING), min_size=2, max_size=6),
    )
    .flatmap(lambda kinds: st.permutations([state for kind in kinds for state in kind]))
    .map(numbered)
)


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Event], list[Event]]:
    """A history, and the same events shuffled with some of them delivered again."""
    history = draw(HISTORIES)
    again = draw(st.lists(st.sampled_from(history), max_size=10)) if history else []
    return history, draw(st.permutations([*history, *again]))


async def figures(books: Books, today: date) -> tuple[Ledger, Summary]:
    ledger = derive_ledger(await books.facts(today), today, CALENDAR)
    return ledger, summarise(ledger, await books.settled_counts())


@given(delivered=deliveries(), today=DAYS)
async def test_any_delivery_of_the_events_gives_the_same_ledger(
    delivered: tuple[list[Event], list[Event]], today: date
) -> None:
    history, shuffled = delivered
    in_order, out_of_order = MemoryBooks(), MemoryBooks()
    await taken(in_order, history)
    await taken(out_of_order, shuffled)
    assert await figures(in_order, today) == await figures(out_of_order, today)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(delivered=deliveries(), today=DAYS)
async def test_the_few_documents_postgresql_reads_decide_like_all_of_them(
    engine: AsyncEngine, delivered: tuple[list[Event], list[Event]], today: date
) -> None:
    history, shuffled = delivered
    everything = MemoryBooks()
    await taken(everything, history)
    async with rolled_back(engine) as stored:
        await taken(stored, shuffled)
        assert await figures(stored, today) == await figures(everything, today)
