"""All rules over all texts of a document."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from publishing.domain.checks.addresses import private_addresses
from publishing.domain.checks.bank_cards import bank_cards
from publishing.domain.checks.classification import classification_marks
from publishing.domain.checks.digits import straight
from publishing.domain.checks.findings import Finding, Hit, Piece, Rule, Severity
from publishing.domain.checks.identity_numbers import identity_numbers
from publishing.domain.checks.masking import excerpt, masked
from publishing.domain.checks.mobile_numbers import mobile_numbers

# Every rule needs one of these, and nearly every text has none: it costs a text one pass and four searches.
_NUMBER = re.compile(r"\d(?:[^\w\t\n\r]{0,2}\d){10}")
_SIGNS = tuple(
    (word, re.compile(pattern, re.MULTILINE))
    for word, pattern in (
        ("密", r"密(?:级?\s{0,2}[★☆⭐✭✩*＊]|级?[ \t　]*(?:\d|[一二三四五六七八九十]|长期|$)|级\s*[：:])"),
        ("址", r"址[ 　：:为是]{1,4}[^\n，。；]{2,60}?\d"),
        ("户籍", r"户籍所在地[ 　：:为是]{1,4}"),
        ("单元", r"单元\s?\d"),
    )
)
_RULES: tuple[Callable[[str], Iterator[Hit]], ...] = (
    classification_marks,
    identity_numbers,
    bank_cards,
    mobile_numbers,
    private_addresses,
)
LISTED = 20


def find(text: str) -> list[Hit]:
    """All places in one text, in order; where two hits overlap a block stands before a warning."""
    if not _is_suspicious(text):
        return []
    plain = straight(text)
    found = [hit for rule in _RULES for hit in rule(plain)]
    taken, kept = bytearray(len(text)), []
    for hit in sorted(found, key=lambda each: each.severity is Severity.WARN):
        if not any(taken[hit.start : hit.end]):
            taken[hit.start : hit.end] = b"\1" * (hit.end - hit.start)
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.start)


def _is_suspicious(text: str) -> bool:
    return _NUMBER.search(text) is not None or any(word in text and sign.search(text) for word, sign in _SIGNS)


def findings_in(piece: Piece) -> list[Finding]:
    """What one text holds; of a long list the first places, and one finding that speaks for the rest."""
    hits = find(piece.text)
    if not hits:
        return []
    by_kind: dict[tuple[Rule, str], list[Hit]] = defaultdict(list)
    for hit in hits:
        by_kind[hit.rule, hit.severity].append(hit)
    listed = [finding for alike in by_kind.values() for finding in _listed(piece, alike, hits)]
    return sorted(listed, key=lambda finding: finding.offset)


def _listed(piece: Piece, alike: Sequence[Hit], hits: Sequence[Hit]) -> Iterator[Finding]:
    alone = alike[:LISTED] if len(alike) > LISTED + 1 else alike
    for hit in alone:
        yield _finding(piece, hit, hits, hit.message, 1)
    if rest := len(alike) - len(alone):
        first = alike[LISTED]
        yield _finding(piece, first, hits, f"{first.message}，此处及其后共 {rest} 处", rest)


def _finding(piece: Piece, hit: Hit, hits: Sequence[Hit], message: str, count: int) -> Finding:
    return Finding(
        field=piece.field,
        where=piece.where,
        offset=hit.start,
        rule=hit.rule,
        severity=hit.severity,
        excerpt=excerpt(piece.text, hit, hits),
        message=message,
        suggestion=hit.suggestion,
        count=count,
    )


def check(pieces: Iterable[Piece]) -> list[Finding]:
    """The findings of all texts."""
    return [finding for piece in pieces for finding in findings_in(piece)]


def masked_text(text: str) -> str:
    """The text as it may be shown where it may hold what was found: a file's name in a message about it."""
    return masked(text, find(text))
