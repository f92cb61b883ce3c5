"""The question of feeds, exports and alerts: read as a search reads it, kept as it always was."""

import json
from typing import Any

import aiohttp
import pytest

from search.asking import PARAMETERS, read_asked
from search.lists.listing import Listing, read_listing
from shared.events import ColumnState, Event
from shared.problems import Invalid
from tests.search.lists.conftest import Answer, Lists
from tests.search.running import Service, know_columns
from tests.support.events import document_event
from tests.support.waiting import until

ALL: dict[str, Any] = {
    "q": "ＡＢ审计",
    "kind": ["notice", "plan"],
    "department": ["audit"],
    "year": [2018, 2026],
    "column": ["relics"],
    "validity": ["repealed"],
    "catalogue_item": ["x-1"],
    "has_attachment": False,
    "from": "2018-03-05",
    "to": "2026-01-01",
    "exact": True,
}
# Rows as they stand in databases: what an alert keeps, and the digest that tells it from others of its address.
KEPT: list[tuple[dict[str, Any], str]] = [
    ({}, "67b0b1b8ec01f635d90dbbbb09c395b615f03c736cb22a03a14c35dfd76d5dca"),
    ({"q": " 审计  公告 "}, "7ecb1f68477785d64f66798b1cfb49d24407292003f0c56d5cfd0c536ad37c76"),
    (ALL, "697bdc1be14bf30a55d225caf975115d3285e05adc56c97f5bcdf1d48e803992"),
    (
        {"kind": ["传说"], "year": [9999], "validity": ["gone"], "from": "1850-01-01"},
        "cdbde2dd962b2557e775b4ea3529cb9214b48784498c783545b41d6d31616053",
    ),
]


@pytest.mark.parametrize(("params", "key"), KEPT)
def test_an_alert_kept_before_is_read_as_it_was_even_where_it_would_be_refused_today(
    params: dict[str, Any], key: str
) -> None:
    listing = Listing.kept(json.loads(json.dumps(params)))
    assert listing.params() == params
    assert listing.key == key


def test_the_same_question_asked_again_is_the_one_that_is_kept() -> None:
    pairs = Listing.kept(ALL).pairs()
    assert read_listing(pairs).params() == ALL
    assert read_listing([*reversed(pairs), ("sort", "oldest"), ("limit", "50")]).key == KEPT[2][1]


def test_an_alert_by_day_of_issue_says_so_and_is_another_question() -> None:
    days = [("from", "2026-01-01"), ("to", "2026-02-01")]
    published, issued = read_listing([*days, ("dates", "published")]), read_listing([*days, ("dates", "issued")])
    assert published.key == read_listing(days).key != issued.key
    assert Listing.kept(issued.params()) == issued
    assert issued.described() == "成文日期：2026-01-01 至 2026-02-01"


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_list_refuses_what_a_search_refuses_in_the_same_words(name: str) -> None:
    given = [(name, "x" * 201)]
    with pytest.raises(Invalid) as by_search:
        read_asked(given)
    with pytest.raises(Invalid) as by_list:
        read_listing([*given, ("page", "2"), ("format", "csv")])
    assert (by_list.value.detail, by_list.value.field) == (by_search.value.detail, name)


def test_an_empty_value_is_no_value() -> None:
    assert read_listing([(name, "") for name in PARAMETERS]).params() == {}


async def test_a_column_lists_what_stands_in_the_columns_below_it(service: Service, database_url: str) -> None:
    states = [
        ColumnState(code=code, name=name, kind="section", department="audit", parent=parent)
        for code, name, parent in (("top", "上级栏目", None), ("low", "下级栏目", "top"))
    ]
    await know_columns(database_url, *(Event("column.changed", state.code, 1, state) for state in states))
    low, other = (document_event(title=f"黄花梨公告{code}", column=code) for code in ("low", "elsewhere"))
    await service.index(low, other)

    async with aiohttp.ClientSession() as http:
        lists = Lists(service.origin, http, service.client, service.names)

        async def found() -> bool:
            return await service.ids(column="top") == [low.subject]

        await until(found)
        for path in ("/api/search/export", "/api/feed.atom"):
            answer: Answer = await lists.get(path, column="top")
            assert low.subject in answer.body.decode()
            assert other.subject not in answer.body.decode()
        feed = await lists.get("/api/feed.atom", column="top")
        alert = await lists.get("/api/alerts/preview", column="top")
        assert "栏目：上级栏目</title>" in feed.body.decode()
        assert "栏目：上级栏目" in alert.body.decode()
