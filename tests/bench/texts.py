"""Documents and questions to measure with: from the regulations corpus where it is, else from a generator."""

import gzip
import json
import random
from dataclasses import dataclass

from tests.bench.stack import CORPUS

WORDS = tuple(
    [
        "审计",
        "公开",
        "政府",
        "信息",
        "管理",
        "条例",
        "规定",
        "办法",
        "监督",
        "检查",
        "部门",
        "单位",
        "人民",
        "社会",
        "服务",
        "项目",
        "资金",
        "预算",
        "决算",
        "建设",
        "环境",
        "保护",
        "安全",
        "生产",
        "教育",
        "卫生",
        "医疗",
        "保障",
        "农业",
        "水利",
        "交通",
        "住房",
        "土地",
        "规划",
        "许可",
        "处罚",
        "申请",
        "答复",
        "期限",
        "责任",
        "制度",
        "标准",
    ]
)


@dataclass(frozen=True)
class Text:
    title: str
    body: str


def texts(count: int, seed: int = 1) -> list[Text]:
    """`count` documents, the same for the same seed."""
    if CORPUS.is_file():
        with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
            found = [Text(record["title"], record["text"]) for record in map(json.loads, lines)]
        return random.Random(seed).sample(found, min(count, len(found)))
    source = random.Random(seed)
    return [
        Text("".join(source.choices(WORDS, k=6)), "，".join("".join(source.choices(WORDS, k=5)) for _ in range(300)))
        for _ in range(count)
    ]


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
