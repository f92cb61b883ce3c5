"""Masks in the formats of rules B7, and excerpts in which no number can be read."""

import re
from bisect import bisect_right
from collections.abc import Sequence

from publishing.domain.checks.digits import straight
from publishing.domain.checks.findings import Hit

AROUND, LONGEST = 14, 40
_LONG_NUMBER = re.compile(r"\d(?:[ -]{0,2}[\dXx]){9,}")
_TOWNSHIP = re.compile(r"^.*?(?:街道|镇|乡(?!村))|^.*?(?:县|区(?!域)|市)")


def masked_identity(number: str) -> str:
    """35*************123"""
    return f"{number[:2]}{'*' * (len(number) - 5)}{number[-3:]}"


def masked_mobile(number: str) -> str:
    """138****1234"""
    return f"{number[:3]}****{number[-4:]}"


def masked_card(number: str) -> str:
    """B7 shows none for cards; the last four digits are what cards print on receipts."""
    return f"{'*' * (len(number) - 4)}{number[-4:]}"


def masked_address(address: str) -> str:
    """To township level: 莒南县十字路街道****"""
    known = _TOWNSHIP.search(address)
    return f"{known[0] if known else ''}****"


def masked(text: str, hits: Sequence[Hit]) -> str:
    """The whole text with every hit masked and every other long number cut short; `hits` are in order."""
    return _masked(text, hits, 0, len(text))


def excerpt(text: str, at: Hit, hits: Sequence[Hit]) -> str:
    """The place with a few characters around it; neighbours are masked too, though they are cut."""
    start, end = max(0, at.start - AROUND), min(len(text), at.end + AROUND)
    shown = _masked(text, hits, start, end)
    return f"{'…' if start else ''}{' '.join(shown.split())}{'…' if end < len(text) else ''}"


def _masked(text: str, hits: Sequence[Hit], start: int, end: int) -> str:
    low = max(0, start - LONGEST)
    around = _shortened(text[low : end + LONGEST])
    parts = []
    for hit in hits[bisect_right(hits, start, key=lambda each: each.end) :]:
        if hit.start >= end:
            break
        parts += [around[start - low : max(start, hit.start) - low], hit.masked]
        start = hit.end
    return "".join([*parts, around[start - low : max(start, end) - low]])


def _shortened(text: str) -> str:
    """Long numbers that are no hits, of the same length: a mistyped identity number still tells much."""
    shown = list(text)
    for match in _LONG_NUMBER.finditer(straight(text)):
        shown[match.start() + 3 : match.end()] = "*" * (match.end() - match.start() - 3)
    return "".join(shown)
