"""What the office keeps beside the request itself."""

from dataclasses import dataclass
from datetime import date, datetime

from shared.rules import DomainError


class KeyUsedOtherwise(DomainError):
    """同一个 Idempotency-Key 已用于另一份内容不同的申请，请换一个。"""

    status = 422


@dataclass(frozen=True, slots=True)
class Department:
    """A department as its events tell of it; the short name is fixed at first sight."""

    code: str
    name: str
    short_name: str
    active: bool
    version: int


@dataclass(frozen=True, slots=True)
class Marks:
    """What is stored of a filing only to be compared or counted; the digests are keyed."""

    code: bytes
    applicant: bytes
    wording: bytes
    applicant_kind: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Who reads an applicant's data, and what for."""

    subject: str
    name: str
    purpose: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Twin:
    """Another request of the same applicant; `same_wording` makes it a repetition (条例 art. 36(6))."""

    number: str
    status: str
    received_on: date
    same_wording: bool
