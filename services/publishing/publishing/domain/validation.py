"""What pydantic found wrong, said to a department in Chinese, field by field."""

from pydantic import ValidationError

from publishing.domain.submission import FieldError
from shared.wrong_fields import said


def field_errors(error: ValidationError) -> tuple[FieldError, ...]:
    """One entry per broken field, named by its path, such as `attachments.2.name`."""
    return tuple(
        FieldError(field=_place(item["loc"]), message=said(item))
        for item in error.errors(include_url=False, include_input=False)
    )


def _place(path: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in path)
