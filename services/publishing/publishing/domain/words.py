"""Fields that forms and submissions share."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints


def without_nul(text: str) -> str:
    """The text, unless it has a character that no database stores."""
    if "\x00" in text:
        raise ValueError("含有不可见的空字符")
    return text


def _stripped(text: object) -> object:
    return (text.strip() or None) if isinstance(text, str) else text


def _storable(text: str | None) -> str | None:
    return None if text is None else without_nul(text)


ShortText = Annotated[
    Annotated[str, Field(max_length=500)] | None, BeforeValidator(_stripped), AfterValidator(_storable)
]
Sentence = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AfterValidator(without_nul)
]
"""A title or a reason: it says something once the spaces around it are cut off."""
Word = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(without_nul)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
