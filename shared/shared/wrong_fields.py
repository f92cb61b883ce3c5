"""What pydantic finds wrong with an input, in the words of whoever typed it."""

from collections.abc import Mapping
from typing import Any

_MESSAGES = {
    "missing": "必须填写",
    "string_too_short": "至少{min_length}个字",
    "string_too_long": "最多{max_length}个字",
    "string_type": "应为文字",
    "string_unicode": "含有无法识别的字符",
    "string_pattern_mismatch": "格式有误",
    "enum": "只能是：{expected}",
    "literal_error": "只能是：{expected}",
    "extra_forbidden": "没有这一项",
    "json_invalid": "不是有效的 JSON",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "greater_than_equal": "不能小于{ge}",
    "less_than_equal": "不能大于{le}",
    "too_long": "最多{max_length}项",
    "bool_parsing": "应为 true 或 false",
    "date_from_datetime_parsing": "应为日期，如 2026-01-31",
    "date_parsing": "应为日期，如 2026-01-31",
    "date_type": "应为日期，如 2026-01-31",
    "model_attributes_type": "应为一组字段",
    "model_type": "应为一组字段",
    "dict_type": "应为一组字段",
    "list_type": "应为列表",
    "tuple_type": "应为列表",
    "uuid_parsing": "不是有效的编号",
    "uuid_type": "不是有效的编号",
    "bytes_invalid_encoding": "应为 Base64 文本",
}


def said(error: Mapping[str, Any]) -> str:
    """One of `ValidationError.errors()` as a sentence; what no rule here knows and nobody wrote is 填写有误."""
    template = _MESSAGES.get(error["type"])
    if template is not None:
        facts = dict(error.get("ctx") or {})
        if facts.get("min_length") == 1:
            return "必须填写"
        facts["expected"] = str(facts.get("expected", "")).replace("'", "").replace(", ", "、").replace(" or ", "或")
        return template.format(**facts)
    own = str(error.get("msg", "")).removeprefix("Value error, ")
    return own if any("\u4e00" <= letter <= "\u9fff" for letter in own) else "填写有误"
