"""Documents named in a question by their title or by a short form of it.

A short form of a rule's title is a part of its characters in their order that keeps the end: 保密法 for 保守国家秘密法,
动防法 for 动物防疫法. Its characters begin words of the title or follow one another in it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache

from search import segmentation

ENDS = ("实施细则", "实施条例", "实施办法", "条例", "规定", "办法", "细则", "规则", "解释", "法", "典")
SHORTENED_ENDS = ("实施细则", "实施条例", "条例", "法", "典")
SHORTEST, LONGEST_SHORT, LONGEST_TITLE = 3, 10, 60
GOOD = 0.75  # of a short form's characters begin a word of the title or follow the one before
FAIR = 0.5  # is enough when the form begins as a national title does
SECOND = 0.5  # of the sureness is left for the less likely of two titles
MOST = 2  # documents one short form may name
_BEFORE_A_NAME = "的照据违反和与在用按看查"  # a short form begins a text or follows one of these or a mark
_NO_NAME_ENDS = "办方违非合依执立司守无没看做说想用手写犯枉普"  # 办法, 方法, 违法 … are no names of a law

Span = tuple[int, int, tuple[tuple[str, float], ...]]


class TitleNames:
    """Titles (short titles, with whether they are the nation's) by what people call them."""

    def __init__(self, titles: Mapping[str, bool]) -> None:
        self._titles = titles
        self._by_end: dict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
        for title in titles:
            end = _end(title)
            if end and len(title) <= LONGEST_TITLE:
                self._by_end[end[-1]].append((title, frozenset(title)))

    def found_in(self, text: str) -> list[Span]:
        """The parts of a text that name titles, from left to right, with the titles and how sure each is."""
        spans: list[Span] = []
        for stop in _stops(text):
            at = spans[-1][1] if spans else 0
            named = self._named_until(text, at, stop) or (spans and self._exactly(text, spans[-1][0], stop)) or None
            if named and spans and spans[-1][0] == named[0]:
                spans.pop()  # 劳动合同法 went on as 劳动合同法实施条例
            if named:
                spans.append(named)
        return spans

    def _exactly(self, text: str, start: int, stop: int) -> Span | None:
        return (start, stop, ((text[start:stop], 1.0),)) if text[start:stop] in self._titles else None

    def _named_until(self, text: str, at: int, stop: int) -> Span | None:
        starts = range(max(at, stop - LONGEST_TITLE), stop - 1)
        for start in starts:
            named = self._exactly(text, start, stop)
            if named:
                return named
        for start in range(max(at, stop - LONGEST_SHORT), stop - SHORTEST + 1):
            begins = start == 0 or text[start - 1] in _BEFORE_A_NAME or not text[start - 1].isalnum()
            if begins and (found := self.shortened(text[start:stop])):
                return start, stop, found
        return None

    def shortened(self, form: str) -> tuple[tuple[str, float], ...]:
        """The titles a short form may stand for, the likeliest first, with how sure each is (0 to 1)."""
        end = _end(form)
        if end not in SHORTENED_ENDS or len(form) < SHORTEST or len(form) == len(end) or _says_no_name(form):
            return ()
        wanted = frozenset(form)
        found = [
            (score, title)
            for title, letters in self._by_end[end[-1]]
            if wanted <= letters and _end(title) == end and (score := self._score(form, title)) > 0
        ]
        found.sort(key=lambda each: (-each[0], len(each[1])))
        near = [(score, title) for score, title in found[:MOST] if score >= found[0][0] - 0.1]
        return tuple(
            (title, round(min(1.0, score) * (SECOND if at else 1), 2)) for at, (score, title) in enumerate(near)
        )

    def _score(self, form: str, title: str) -> float:
        kept = _kept(form, title)
        if kept < (FAIR if form[0] == title[0] and self._titles[title] else GOOD):
            return 0.0
        return 0.6 * kept + 0.25 * (form[0] == title[0]) + 0.1 * self._titles[title] + 0.2 * len(form) / len(title)


def _end(title: str) -> str:
    return next((end for end in ENDS if title.endswith(end)), "")


def _stops(text: str) -> Iterator[int]:
    """Where a name may end: after the word for a kind of rule."""
    for at in range(2, len(text) + 1):
        if _end(text[:at]):
            yield at


def _says_no_name(form: str) -> bool:
    """Whether a form ends in an everyday word such as 办法 or 违法."""
    last = (segmentation.query_words(form) or [""])[-1]
    return len(last) == 2 and last[1] == "法" and last[0] in _NO_NAME_ENDS


@lru_cache(maxsize=20_000)
def _starts(title: str) -> frozenset[int]:
    """Where the words of a title begin, the short words inside long ones too."""
    starts, at = set(), 0
    for word in segmentation.query_words(title):
        at = title.find(word, at)
        starts.add(at)
        for inner in segmentation.inner_words(word):
            starts.add(at + word.find(inner))
        at += len(word)
    return frozenset(starts)


def _kept(form: str, title: str) -> float:
    """The part of the form's characters that begin a word of the title or follow the one before; 0 if out of order."""
    end = _end(form)
    body, head = form.removesuffix(end), title.removesuffix(end)
    starts, good, at = _starts(title), 0, -1
    for letter in body:
        follows = head[at + 1 : at + 2] == letter
        place = at + 1 if follows else next((i for i in sorted(starts) if i > at and head[i : i + 1] == letter), -1)
        if place < 0:
            place = head.find(letter, at + 1)
            if place < 0:
                return 0.0
            good -= 1
        good += 1
        at = place
    return good / len(body) if body else 0.0
