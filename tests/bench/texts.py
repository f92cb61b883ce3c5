"""Documents and questions to measure with: from the regulations corpus where it is, else from a generator."""

import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from shared.passages import split
from tests.bench.stack import CORPUS

PAIRS = (
    "审计公开政府信息管理条例规定办法监督检查部门单位人民社会服务项目资金预算决算建设环境保护安全生产教育卫生"
    "医疗保障农业水利交通住房土地规划许可处罚申请答复期限责任制度标准"
)
WORDS = tuple(PAIRS[start : start + 2] for start in range(0, len(PAIRS), 2))
SHORTEST_ARTICLE = 20


@dataclass(frozen=True)
class Text:
    title: str
    body: str


def texts(count: int, seed: int = 1) -> list[Text]:
    """`count` documents, the same for the same seed."""
    if CORPUS.is_file():
        return random.Random(seed).sample(every_text(), min(count, len(every_text())))
    source = random.Random(seed)
    return [
        Text("".join(source.choices(WORDS, k=6)), "，".join("".join(source.choices(WORDS, k=5)) for _ in range(300)))
        for _ in range(count)
    ]


@lru_cache
def every_text() -> list[Text]:
    """Every document of the corpus."""
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        return [Text(record["title"], record["text"]) for record in map(json.loads, lines)]


def articles(count: int, seed: int = 4) -> list[Text]:
    """`count` small documents: the articles of the documents, each under its law's title and its own number."""
    whole = texts(len(every_text()) if CORPUS.is_file() else count // 20 + 1, seed)
    found = [article for text in whole for article in _articles(text)]
    random.Random(seed).shuffle(found)
    return found[:count]


def _articles(text: Text) -> Iterator[Text]:
    for passage in split(text.body):
        body = text.body[passage.start : passage.end].strip()
        if len(body) >= SHORTEST_ARTICLE:
            yield Text(f"{text.title} {passage.label}".strip(), body)


def questions(count: int, seed: int = 2) -> list[str]:
    """Queries of mixed length, none repeated: titles, parts of titles, and words from within a sentence."""
    source = random.Random(seed)
    asked: dict[str, None] = {}
    for text in texts(count * 2, seed):
        start = source.randrange(max(1, len(text.body) - 40))
        inside = "".join(letter for letter in text.body[start : start + 40] if letter.isalnum())
        short = source.randint(2, 6)
        forms = (text.title[:40], text.title[:short], inside[: source.randint(4, 12)])
        asked[source.choice(forms)] = None
    return [question for question in asked if len(question) > 1][:count]
