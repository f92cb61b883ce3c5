"""Which items are versions of one another, and which of them is the newest. Pure: facts in, answers out.

Only kinds that state rules form chains. Two notices called 会议通知 are two notices; calling the older one revised
would be a false statement about a public document.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from search.domain import fold
from shared.events import Validity
from shared.kinds import DocumentKind

CHAINED_KINDS = frozenset(
    {
        DocumentKind.REGULATION,
        DocumentKind.NORMATIVE_DOCUMENT,
        DocumentKind.DISCLOSURE_GUIDE,
        DocumentKind.CATALOGUE_EDITION,
    }
)
MOST_VERSIONS_SHOWN = 50
EMPTY_FLAGS: dict[str, Any] = {"superseded_by": None, "superseded_title": None, "versions": []}

_YEAR = r"(?:\d{4}年?)?"
_TIMES = r"(?:第[一二三四五六七八九十\d]+次)?"
_MARK = rf"{_YEAR}{_TIMES}(?:修正|修订|修改|修正版|修订版|修正文本|修订文本|最新版|新版|试行|暂行|试行稿)"
_EDITION = r"\d{4}年?版|第[一二三四五六七八九十\d]+版"
# A bare year is no version mark: 宪法修正案(1993年) and 宪法修正案(1999年) are two laws.
_VERSION_BRACKET = re.compile(rf"[(\[〔【](?:{_MARK}|{_EDITION})[)\]〕】]$")


@dataclass(frozen=True)
class Member:
    """One item of a chain, as last recorded. `validity` is what its department declared."""

    id: str
    title: str
    issued_on: date | None
    published_at: datetime
    validity: Validity = Validity.IN_FORCE

    @property
    def age(self) -> tuple[date, datetime, str]:
        """Sorts older before newer: by date of issue (without one, before any), then publication."""
        return (self.issued_on or date.min, self.published_at, self.id)


def folded_title(title: str) -> str:
    """A title as versions share it: narrow, lower case, without spaces, signs and trailing version brackets.

    中华人民共和国审计法（2021年修正） and 中华人民共和国审计法 are one; 解释（一） and 解释（二） are not.
    """
    text = "".join(fold(title).split()).lower()
    while (shorter := _VERSION_BRACKET.sub("", text)) != text and shorter:
        text = shorter
    return "".join(letter for letter in text if letter.isalnum()) or text


def chain_key(department: str, kind: str, title: str) -> str | None:
    """The chain an item belongs to, or None for kinds that have no versions."""
    if kind not in CHAINED_KINDS:
        return None
    facts = "\n".join((department, kind, folded_title(title)))
    return hashlib.blake2b(facts.encode(), digest_size=16).hexdigest()


def newest_of(members: Iterable[Member]) -> Member:
    """The version in force: of the latest date of issue, then the latest published."""
    return max(members, key=lambda member: member.age)


def flags_of(members: Sequence[Member]) -> dict[str, dict[str, Any]]:
    """What the index must say of each member, by id; the same for any order of `members`."""
    ordered = sorted(members, key=lambda member: member.age, reverse=True)
    if not ordered:
        return {}
    newest = ordered[0]
    older = [member for member in ordered if _replaced(member, newest)]
    flags = {member.id: {**EMPTY_FLAGS, "validity": member.validity.value} for member in ordered}
    flags[newest.id]["versions"] = _shown(older)
    for member in older:
        flags[member.id] = {
            "superseded_by": newest.id,
            "superseded_title": newest.title,
            "versions": [],
            "validity": _of_older(member).value,
        }
    return flags


def _replaced(member: Member, newest: Member) -> bool:
    """Only an earlier date of issue tells a version from a part of the same name, such as the books of a code."""
    return member.issued_on is not None and newest.issued_on is not None and member.issued_on < newest.issued_on


def _of_older(member: Member) -> Validity:
    return Validity.AMENDED if member.validity is Validity.IN_FORCE else member.validity


def _shown(older: Iterable[Member]) -> list[dict[str, Any]]:
    return [
        {
            "id": member.id,
            "title": member.title,
            "issued_on": member.issued_on.isoformat() if member.issued_on else None,
            "validity": _of_older(member).value,
            "url": f"/items/{member.id}",
        }
        for member in list(older)[:MOST_VERSIONS_SHOWN]
    ]
