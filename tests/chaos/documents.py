"""Documents of a made-up county, the same for the same seed."""

import hashlib
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SUBJECTS = (
    "供水管网改造",
    "乡村道路养护",
    "校舍安全排查",
    "财政资金审计",
    "河道清淤",
    "图书馆开放",
    "粮食储备轮换",
    "药品价格监测",
)
PLACES = ("莒河镇", "桂塘乡", "白鹭街道", "石桥镇", "青禾乡", "临溪街道")
ACTS = ("开展", "推进", "复核", "公开", "评估", "验收", "督促整改", "通报")
PARTS = ("工程进度", "资金使用", "招标情况", "群众意见", "整改台账", "责任单位", "完成时限", "质量抽查", "后续安排")
TAGS = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Text:
    """A title and a body of a few thousand Chinese characters, a paragraph a line."""

    title: str
    body: str

    @property
    def sha256(self) -> str:
        return text_sha256(self.title, self.body)


def text_sha256(title: str, body: str) -> str:
    """The hash of what a reader sees: the words without markup and white space."""
    return hashlib.sha256("".join(f"{title}\n{TAGS.sub('', body)}".split()).encode()).hexdigest()


def write_text(dice: random.Random, name: str, edition: int = 1) -> Text:
    """A new text; its title names the document and the edition."""
    subject, place = dice.choice(SUBJECTS), dice.choice(PLACES)
    wanted, lines, length = dice.randint(2000, 6000), [], 0
    while length < wanted:
        lines.append(_paragraph(dice, subject))
        length += len(lines[-1])
    return Text(f"{place}关于{subject}的通知（{name}，第{edition}稿）", "\n".join(lines))


def _paragraph(dice: random.Random, subject: str) -> str:
    sentences = (
        f"{dice.choice(PLACES)}就{subject}{dice.choice(ACTS)}{dice.choice(PARTS)}，"
        f"涉及{dice.randint(1, 900)}户，金额{dice.randint(1, 9999)}元，"
        f"{dice.choice(PARTS)}由牵头单位{dice.choice(ACTS)}。"
        for _ in range(dice.randint(3, 9))
    )
    return "".join(sentences)


def generated(dice: random.Random, names: Iterator[str]) -> Iterator[dict[str, Any]]:
    """Records as `sunlight import` reads them."""
    for name in names:
        text = write_text(dice, name)
        yield {"id": name, "title": text.title, "text": text.body, "issued_on": "2026-03-05"}


def write_records(path: Path, records: Iterator[dict[str, Any]]) -> dict[str, str]:
    """Write a JSON-lines file; the hash of each text by its id."""
    hashes = {}
    with path.open("w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            hashes[str(record["id"])] = text_sha256(record["title"], record["text"])
    return hashes
