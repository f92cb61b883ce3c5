"""Enumerations whose members know what people call them."""

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """A string enumeration written `NAME = "value", "中文"`."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member
