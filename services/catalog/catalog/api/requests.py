"""What callers send: paths, headers and bodies."""

from datetime import date
from typing import Annotated

from fastapi import Header, Path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from catalog.domain.columns import ColumnKind, SilenceSource
from catalog.domain.deadline_rule import DisclosureDeadlineRule
from catalog.domain.editions import CatalogueItem
from catalog.domain.words import Code, Line, Name, Passage
from shared.web import expected_version

CodePath = Annotated[Code, Path()]
EditionPath = Annotated[int, Path(ge=1, le=2**31 - 1)]
Key = Annotated[str, Header(alias="Idempotency-Key", max_length=200, pattern=r"^[\x20-\x7e]*$")]


def _in_our_time(day: date) -> date:
    if not 1949 <= day.year <= 2999:
        raise ValueError("年份超出范围")
    return day


Day = Annotated[date, AfterValidator(_in_our_time)]


def version_if_any(if_match: str | None = Header(default=None, alias="If-Match")) -> int | None:
    """FastAPI dependency: the version a PUT is based on, or None when it is to create."""
    return None if if_match is None else expected_version(if_match)


class Body(BaseModel):
    """A request body; unknown fields are refused, for a misspelt field would silently do nothing."""

    model_config = ConfigDict(extra="forbid")


class ColumnBody(Body):
    name: Name
    kind: ColumnKind
    department: Code
    parent: Code | None = None
    purpose: Passage = ""
    max_silence_days: int | None = Field(default=None, ge=1, le=3660)
    silence_source: SilenceSource | None = None
    active: bool = True


class EditionBody(Body):
    """All rows of an edition; `retirements` maps the id of a dropped item to the reason."""

    title: Name
    department: Code
    items: tuple[CatalogueItem, ...] = Field(max_length=5000)
    retirements: dict[Code, Line] = {}


class ObligationBody(Body):
    """An entered obligation. `rule` overrides what is read from `raw_term`; `due_on` serves a term that
    names no day; `fulfilled_by` names documents as evidence."""

    title: Name
    source: Name
    department: Code
    clause: Line = ""
    responsible: tuple[Name, ...] = ()
    lead: tuple[Name, ...] = ()
    supporting: tuple[Name, ...] = ()
    raw_term: Line = ""
    rule: DisclosureDeadlineRule | None = None
    triggered_on: Day | None = None
    due_on: Day | None = None
    recurring: bool = False
    evidence: Passage = ""
    column: Code | None = None
    catalogue_item: Code | None = None
    fulfilled_by: tuple[Code, ...] = ()
    active: bool = True
