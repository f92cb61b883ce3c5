"""What the index adds to a document so that questions find it: words, passages, places, whose rule it is.

Everything here follows from the document's own fields, so a document read back from the index can be completed
again and is the same.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from search.places import Place, find_places, place_of_title
from search.segmentation import index_words, search_words, simplified
from search.spelling import suggest_fields
from shared.kinds import DocumentKind
from shared.passages import split

Document = dict[str, Any]

LONGEST_NAME = 8000  # characters of a passage; what exceeds it is found by the body
NATIONAL, LOCAL = "national", "local"
_NATIONAL_KEYWORDS = {"法律", "行政法规", "司法解释", "部门规章", "国务院部门规章", "监察法规"}
_LOCAL_KEYWORDS = {"地方性法规", "地方政府规章", "自治条例", "单行条例"}
_COUNTRY = "中华人民共和国"
# A letter that is a word by itself between any others, and that no Chinese text holds: a body is cut in one go, since
# of passages as short as these the call costs as much as the cutting.
_BOUNDARY = "ꀀ"
_EDITION = re.compile(
    r"[（(〔\[](?:\d{4}年?)?(?:修订|修正|试行|公布|发布|第[一二三四五六七八九十]+次修[正订]|\d{4}年?)[)）〕\]]$"
)
_IS_CHINESE = re.compile(r"[一-鿿]{2,8}").fullmatch
_MARKS = re.compile(r"[\s《》〈〉“”\"'（）()、，,·—-]+")


def short_title(title: str) -> str:
    """A title as people shorten it and as titles are compared: without the country, edition and marks."""
    return _MARKS.sub("", _EDITION.sub("", simplified(title).strip()).replace(_COUNTRY, ""))


def completed(document: Document) -> Document:
    """The document with its derived fields, which are all made anew."""
    title, keywords = document["title"], document.get("keywords", [])
    body = document.get("body", "")
    title_words = index_words(title)
    body_words, passages, known = _read(body)
    places = _places(title, document["department_name"], keywords)
    return {
        **document,
        "short_title": short_title(title),
        "title_words": title_words,
        "body_words": body_words,
        "lexicon": [*filter(_IS_CHINESE, dict.fromkeys([*title_words.split(), *known]))],
        "keyword_words": index_words(" ".join([*keywords, document["department_name"]])),
        "place": places[0].name if places else None,
        "places": sorted({name for place in places for name in place.path}),
        "level": _level(document["kind"], keywords, places),
        "passages": passages,
        **suggest_fields(title, document.get("display_number"), document.get("validity")),
        "attachments": [
            {**attachment, "words": index_words(f"{attachment['name']}\n{attachment['text']}")}
            for attachment in document.get("attachments", [])
        ],
    }


def _read(body: str) -> tuple[str, list[Document], Iterable[str]]:
    """The words of a body, each cut out once; the passages that say something; and the different words.

    Headings alone are part of the passages below them.
    """
    passages = split(body)
    texts = [body[passage.start : passage.end].strip() for passage in passages]
    words = search_words(_BOUNDARY.join(text.replace(_BOUNDARY, " ") for text in texts))
    words_of_each = [own.strip() for own in " ".join(words).split(_BOUNDARY)] if texts else []
    found = []
    for passage, text, own in zip(passages, texts, words_of_each, strict=True):
        if len(text) > len(passage.heading) + 2 or not passage.heading:
            place = {"anchor": passage.anchor, "label": passage.label, "heading": passage.heading}
            below = f"{_heading_words(passage.heading)} {own}".strip()
            found.append({**place, "text": text[:LONGEST_NAME], "words": below})
    return " ".join(filter(None, words_of_each)), found, dict.fromkeys(words)


_heading_words = lru_cache(1024)(index_words)


def _places(title: str, department: str, keywords: list[str]) -> list[Place]:
    if _NATIONAL_KEYWORDS.intersection(keywords):
        return []
    named = [place_of_title(title), place_of_title(department)]
    named += [place for word in keywords for _, end, place in find_places(word) if end == len(word)]
    found = [place for place in named if place is not None]
    return sorted(found, key=lambda place: -len(place.within))


def _level(kind: str, keywords: list[str], places: list[Place]) -> str | None:
    """Whether a legal text is the nation's or a place's; other kinds of document have no level."""
    if kind != DocumentKind.REGULATION:
        return None
    return LOCAL if places or _LOCAL_KEYWORDS.intersection(keywords) else NATIONAL
