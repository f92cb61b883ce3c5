"""The table of contents of a long text, short enough to be read itself."""

from collections.abc import Iterator
from dataclasses import replace

from portal.anchoring import Entry

FEWEST_PLACES = 6  # a text with fewer needs no contents
MOST_ARTICLES = 300  # with more, a chapter names its first and last article only
A_GROUP = 50
LONG_TEXT = 20_000  # characters of HTML from which the browser may leave out what is not on screen


def contents_of(entries: list[Entry]) -> list[Entry]:
    """What a page shows of these headings and articles; nothing when the text is short."""
    articles = sum(len(entry.articles) for entry in entries)
    if len(entries) + articles < FEWEST_PLACES:
        return []
    grouped = [each for entry in entries for each in _grouped(entry)]
    return [_in_brief(entry) for entry in grouped] if articles > MOST_ARTICLES else grouped


def _grouped(entry: Entry) -> Iterator[Entry]:
    """Articles that no chapter holds, in groups."""
    if entry.title:
        yield entry
        return
    for start in range(0, len(entry.articles), A_GROUP):
        group = entry.articles[start : start + A_GROUP]
        yield Entry(group[0][0], _span(group), 0, group)


def _in_brief(entry: Entry) -> Entry:
    if not entry.articles:
        return entry
    span = _span(entry.articles)
    title = entry.title if entry.title == span else f"{entry.title}（{span}）"
    return replace(entry, title=title, articles=[])


def _span(articles: list[tuple[str, str]]) -> str:
    first, last = articles[0][1], articles[-1][1]
    return first if first == last else f"{first}至{last}"
