"""Why an item was found, in words, from the engine's own explanation. For staff only: it is about weights."""

import re
from typing import Any

MOST_WORDS = 12

_WEIGHT = re.compile(r"weight\((?P<field>[\w.]+):(?P<text>.*) in \d+\)")
_EXACT = re.compile(r"ConstantScore\(\(?(?:ConstantScore\()?(?P<field>[\w.]+):(?P<text>[^)|]*)")
_FACTOR = "match filter: "
_FIELDS = {
    "title": "标题",
    "short": "标题全同",
    "body": "正文",
    "body.beginning": "正文开头",
    "keyword": "关键词",
    "keywords": "关键词",
    "passages": "段落",
    "attachments": "附件",
    "document": "文号",
    "index": "文号",
    "department": "部门",
    "places": "地名",
    "pinyin": "拼音",
}
_FACTORS = {
    "superseded_by": "旧版本靠后",
    "validity": "已废止或已失效靠后",
    "place": "地名相符",
    "level": "全国性规定或本地机关的文件，或其他地方的规定",
}

Part = dict[str, Any]


def why(hit: Part) -> Part:
    """`score`; per field, in words, which words `matched` and what they gave; and the `factors` of the whole."""
    words: dict[str, dict[str, float]] = {}
    factors: list[Part] = []
    explanation = hit.get("_explanation") or {}
    _collect(explanation, words, factors)
    matched: list[Part] = [
        {
            "field": label,
            "words": sorted(given, key=lambda word: -given[word])[:MOST_WORDS],
            "score": round(sum(given.values()), 3),
        }
        for label, given in words.items()
    ]
    return {
        "score": round(float(explanation.get("value", 0)), 3),
        "matched": sorted(matched, key=lambda part: -part["score"]),
        "factors": factors,
    }


def _collect(part: Part, words: dict[str, dict[str, float]], factors: list[Part]) -> None:
    description, details = part.get("description", ""), part.get("details") or ()
    found = _WEIGHT.match(description) or _EXACT.match(description)
    if found:
        given = words.setdefault(_label(found["field"]), {})
        text = found["text"].strip('"')
        given[text] = given.get(text, 0.0) + float(part.get("value", 0))
    elif details and details[0].get("description", "").startswith(_FACTOR):
        factor = _factor(details[0]["description"].removeprefix(_FACTOR), part)
        factors += [] if factor in factors else [factor]  # both steps of a first page multiply by it
    elif description.startswith("max of") and details:
        _collect(max(details, key=lambda detail: float(detail["value"])), words, factors)  # the others gave nothing
    else:
        for detail in details:
            _collect(detail, words, factors)


def _label(field: str) -> str:
    """A field's name in words; what is derived from a field counts as it."""
    return _FIELDS.get(field) or _FIELDS.get(re.split(r"[._]", field)[0], field)


def _factor(clause: str, part: Part) -> Part:
    named = next((label for field, label in _FACTORS.items() if field in clause), clause)
    return {"reason": named, "times": round(float(part.get("value", 1)), 3)}
