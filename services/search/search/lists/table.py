"""What a question finds as rows of a table: the columns, and how each value is written."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from search.lists.atom import speakable
from shared.kinds import kind_label
from shared.validity import validity_label

CHINA = ZoneInfo("Asia/Shanghai")
COLUMNS = ("序号", "标题", "文号", "体裁", "发布机构", "成文日期", "发布日期", "有效性", "网址")
WIDTHS = (6, 60, 24, 14, 20, 12, 12, 8, 60)
FIELDS = ["title", "display_number", "kind", "department_name", "issued_on", "published_at", "validity"]
MOST_ROWS = 10_000
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
Row = tuple[str, ...]


def row_of(number: int, hit: dict[str, Any], site: str) -> Row:
    """One item; every value is text, so that 文号 and dates stay as they are."""
    source = hit["_source"]
    published = datetime.fromisoformat(source["published_at"]).astimezone(CHINA)
    return (
        str(number),
        speakable(source["title"]),
        speakable(source.get("display_number") or ""),
        kind_label(source["kind"]),
        speakable(source["department_name"]),
        source.get("issued_on") or "",
        published.date().isoformat(),
        validity_label(source.get("validity") or ""),
        f"{site}/items/{hit['_id']}",
    )


def closing_row(total: int) -> Iterator[Row]:
    """A last row that says what is missing, when something is."""
    if total > MOST_ROWS:
        said = f"共 {total} 条，本表只有前 {MOST_ROWS} 条；请缩小检索范围后再次导出。"
        yield ("", said, *("" for _ in COLUMNS[2:]))


def harmless(value: str) -> str:
    """A value that a spreadsheet would take for a formula, as text (OWASP: CSV injection)."""
    return f"'{value}" if value.startswith(FORMULA) else value
