"""Texts as people type them: trimmed, of limited length, without control characters."""

from typing import Annotated

from pydantic import StringConstraints

_PRINTABLE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$"

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300, pattern=_PRINTABLE)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=_PRINTABLE)]
Passage = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000, pattern=_PRINTABLE)]
