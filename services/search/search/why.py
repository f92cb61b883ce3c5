"""Why an item was found, in words, from the engine's own explanation. For staff only: it is about weights."""

import re
from typing import Any

_WEIGHT = re.compile(r"^weight\((?P<field>[\w.]+):(?P<text>.*) in \d+\)")
_FIELDS = {
    "title": "标题",
    "body": "正文",
    "keywords": "关键词",
    "passages": "段落",
    "attachments": "附件",
    "document_number": "文号",
    "index_number": "索引号",
    "department_name": "部门",
    "pinyin": "拼音",
}
MOST_WORDS = 12


def why(hit: dict[str, Any]) -> dict[str, Any]:
    """`score`, and per field (in words) which words matched and what they gave; `named` are the clauses by name."""
    given: dict[str, dict[str, float]] = {}
    explanation = hit.get("_explanation") or {}
    _collect(explanation, given)
    matched = [
        {
            "field": label,
            "words": sorted(words, key=lambda word: -words[word])[:MOST_WORDS],
            "score": round(sum(words.values()), 3),
        }
        for label, words in given.items()
    ]
    return {
        "score": round(float(explanation.get("value", 0)), 3),
        "matched": sorted(matched, key=lambda part: -float(str(part["score"]))),
        "named": hit.get("matched_queries", []),
    }


def _collect(part: dict[str, Any], given: dict[str, dict[str, float]]) -> None:
    found = _WEIGHT.match(part.get("description", ""))
    if not found:
        for detail in part.get("details", ()):
            _collect(detail, given)
        return
    field = found["field"]
    label = _FIELDS.get(field.split(".")[0].split("_")[0]) or _FIELDS.get(field, field)
    words = given.setdefault(label, {})
    text = found["text"].strip('"')
    words[text] = words.get(text, 0.0) + float(part.get("value", 0))
