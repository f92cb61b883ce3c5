"""What pydantic found wrong, said to a department in Chinese, field by field."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from publishing.domain.submission import FieldError

_MESSAGES = {
    "missing": "必填",
    "string_too_long": "最多 {max_length} 个字",
    "string_too_short": "不能为空",
    "too_long": "最多 {max_length} 项",
    "enum": "不是允许的取值",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "value_error": "{error}",
    "string_type": "须为文本",
    "string_pattern_mismatch": "格式不正确",
    "tuple_type": "须为列表",
    "model_type": "须为 JSON 对象",
}
_BY_PREFIX = {"date": "须为日期，如 2026-01-31", "int": "须为整数", "bytes": "须为 Base64 文本"}


def field_errors(error: ValidationError) -> tuple[FieldError, ...]:
    """One entry per broken field, named by its path, such as `attachments.2.name`."""
    return tuple(
        FieldError(field=_place(item["loc"]), message=_message(item["type"], item.get("ctx", {})))
        for item in error.errors(include_url=False, include_input=False)
    )


def _place(path: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in path)


def _message(kind: str, context: Mapping[str, Any]) -> str:
    template = _MESSAGES.get(kind) or _BY_PREFIX.get(kind.partition("_")[0], "填写有误")
    return template.format(**context)
