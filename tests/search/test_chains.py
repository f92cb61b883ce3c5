"""Which items are versions of one another, and which is the newest."""

import gzip
import os
import random
from datetime import UTC, date, datetime
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.versions.chains import Member, chain_key, flags_of, folded_title, newest_of
from shared.events import Validity

CORPUS = Path(os.environ.get("SUNLIGHT_CORPUS", "../shared/corpus/regulations.jsonl.gz"))


def member(name: str, issued_on: str | None = None, day: int = 1, validity: Validity = Validity.IN_FORCE) -> Member:
    issued = date.fromisoformat(issued_on) if issued_on else None
    return Member(name, f"title of {name}", issued, datetime(2026, 1, day, tzinfo=UTC), validity)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("莒县审计监督办法", "莒县审计监督办法（2019年修正）"),
        ("莒县审计监督办法（试行）", "莒县审计监督办法"),
        ("莒县审计监督办法(2021修订)", "莒县审计监督办法（试行）（2019修正）"),
        ("政府信息公开指南（2020年版）", "政府信息公开指南"),
        ("审计条例（第二次修订）", "审计条例"),
        ("ＡＢ审计　条例", "ab审计条例"),
    ],
)
def test_a_version_bracket_is_no_part_of_a_title(one: str, other: str) -> None:
    assert folded_title(one) == folded_title(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("关于适用合同法的解释（一）", "关于适用合同法的解释（二）"),
        ("宪法修正案（1993年）", "宪法修正案（1999年）"),
        ("工作条例（农业）", "工作条例（林业）"),
        ("（试行）", ""),
    ],
)
def test_what_tells_two_laws_apart_stays_in_the_title(one: str, other: str) -> None:
    assert folded_title(one) != folded_title(other)


def test_notices_of_the_same_name_are_no_versions_of_one_another() -> None:
    assert chain_key("audit", "notice", "会议通知") is None
    assert chain_key("audit", "regulation", "条例") != chain_key("finance", "regulation", "条例")
    assert chain_key("audit", "regulation", "条例") != chain_key("audit", "normative_document", "条例")


def test_the_newest_is_issued_last_and_among_equals_published_last() -> None:
    assert newest_of([member("a", "2019-01-01"), member("b", "2021-01-01"), member("c", None, 9)]).id == "b"
    assert newest_of([member("a", "2019-01-01", 2), member("b", "2019-01-01", 1)]).id == "a"
    assert newest_of([member("a", None, 1), member("b", None, 2)]).id == "b"


def test_older_versions_are_revised_unless_something_worse_is_known() -> None:
    repealed = member("b", "2018-01-01", validity=Validity.REPEALED)
    flags = flags_of([member("a", "2016-01-01"), repealed, member("c", "2020-01-01")])
    assert {name: held["validity"] for name, held in flags.items()} == {
        "a": "amended",
        "b": "repealed",
        "c": "in_force",
    }
    assert [version["id"] for version in flags["c"]["versions"]] == ["b", "a"]
    assert {flags["a"]["superseded_by"], flags["b"]["superseded_by"]} == {"c"}
    assert flags["c"]["superseded_by"] is None


members = st.builds(
    member,
    name=st.text("abcdef", min_size=1, max_size=3),
    issued_on=st.sampled_from([None, "2018-01-01", "2019-01-01"]),
    day=st.integers(1, 3),
)


@given(st.lists(members, unique_by=lambda made: made.id, max_size=8), st.integers())
def test_flags_do_not_depend_on_the_order_and_name_one_newest(chain: list[Member], seed: int) -> None:
    shuffled = list(chain)
    random.Random(seed).shuffle(shuffled)
    flags = flags_of(chain)
    assert flags == flags_of(shuffled)
    latest = max((member.issued_on for member in chain if member.issued_on), default=None)
    for member in chain:
        older = member.issued_on is not None and latest is not None and member.issued_on < latest
        assert (flags[member.id]["superseded_by"] is not None) == older


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_file(), reason="the regulations corpus is not here")
def test_the_corpus_holds_105_titles_in_several_versions() -> None:
    chains: dict[str | None, list[str]] = {}
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        for line in lines:
            title = orjson.loads(line)["title"]
            chains.setdefault(chain_key("regulations", "regulation", title), []).append(title)
    several = [titles for titles in chains.values() if len(titles) > 1]
    assert len([titles for titles in several if len(set(titles)) == 1]) >= 100
    assert all(len({folded_title(title) for title in titles}) == 1 for titles in several)
