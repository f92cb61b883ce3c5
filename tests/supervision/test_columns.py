"""How fresh columns are."""

from datetime import date

import pytest

from shared.events import ColumnState
from supervision.domain import ColumnEntry, Facts, Freshness, PublishedDocument, derive_ledger
from tests.supervision.building import CALENDAR, at, column, published


def judged(today: str, columns: list[ColumnState], *documents: PublishedDocument) -> dict[str, ColumnEntry]:
    facts = Facts(columns=tuple(columns), documents=documents)
    ledger = derive_ledger(facts, date.fromisoformat(today), CALENDAR)
    return {entry.code: entry for entry in ledger.columns}


@pytest.mark.parametrize(
    ("today", "state"),
    [
        ("2026-01-01", Freshness.FRESH),
        ("2026-03-16", Freshness.FRESH),  # 74 of 100 days
        ("2026-03-17", Freshness.WARN),
        ("2026-04-11", Freshness.WARN),
        ("2026-04-12", Freshness.STALE),
    ],
)
def test_a_column_is_warned_at_three_quarters_and_stale_after_its_limit(today: str, state: Freshness) -> None:
    found = judged(today, [column(max_silence_days=100)], published("d1", "2026-01-01", column="notices"))
    assert found["notices"].state is state
    assert found["notices"].renew_by == date(2026, 4, 11)
    assert found["notices"].evidence == ("d1",)


def test_a_column_without_a_document_is_blank_with_and_without_a_limit() -> None:
    columns = [column("limited"), column("free", max_silence_days=None)]
    elsewhere = published(column="another")
    assert {entry.state for entry in judged("2026-01-01", columns, elsewhere).values()} == {Freshness.BLANK}


def test_a_column_without_a_limit_cannot_be_stale() -> None:
    found = judged("2040-01-01", [column(max_silence_days=None)], published(column="notices"))
    assert found["notices"].state is Freshness.FRESH


def test_a_document_counts_for_the_columns_above_its_own() -> None:
    columns = [column("top"), column("middle", parent="top"), column("low", parent="middle"), column("other")]
    found = judged("2026-01-05", columns, published("d1", "2026-01-01", column="low"))
    assert {code for code, entry in found.items() if entry.evidence == ("d1",)} == {"top", "middle", "low"}


def test_a_cycle_of_columns_is_survived() -> None:
    columns = [column("a", parent="b"), column("b", parent="a")]
    found = judged("2026-01-05", columns, published("d1", "2026-01-01", column="a"))
    assert found["a"].evidence == found["b"].evidence == ("d1",)


def test_the_day_of_publication_is_counted_in_shanghai() -> None:
    after_midnight = published(column="notices", published_at=at("2026-01-02", "00:30"))
    assert judged("2026-01-02", [column()], after_midnight)["notices"].silent_days == 0


def test_a_retired_column_is_not_watched() -> None:
    assert judged("2026-01-02", [column(active=False)]) == {}
