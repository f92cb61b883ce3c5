"""Marks of state secrets (保密法 art. 22): a level with a star, a level on a line of its own, or 密级."""

import re
from collections.abc import Iterator

from publishing.domain.checks.findings import Hit, Rule, Severity

_LEVEL = r"(?:绝 {0,4}密|机 {0,4}密|秘 {0,4}密)"
_TERM = r"(?:[ ]*(?:\d+|[一二三四五六七八九十]+)[ ]*(?:年|个月)|[ ]*长期)?"
_MARK = re.compile(
    rf"{_LEVEL}级? {{0,2}}[★☆⭐✭✩*]{_TERM}"
    rf"|^[ \t]*{_LEVEL}级?{_TERM}[ \t]*$"
    rf"|密级 *: *{_LEVEL}",
    re.MULTILINE,
)


def classification_marks(text: str) -> Iterator[Hit]:
    """In straight text. Words about secrets, as laws have them, are no marks."""
    for match in _MARK.finditer(text):
        mark = match[0].strip()
        start = match.start() + match[0].index(mark)
        advice = "标有密级的文件不得公开：请先依法解密，或由保密审查人说明理由放行"
        yield Hit(Rule.CLASSIFICATION_MARK, Severity.BLOCK, start, start + len(mark), mark, "出现国家秘密标志", advice)
