"""What requests of several routers have in common: names in paths, pages, versions, who may ask."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Query, Response
from pydantic import BaseModel, ConfigDict

from identity.domain.departments import checked_code
from identity.domain.staff import checked_username
from shared.auth import Principal, principal
from shared.problems import Invalid
from shared.roles import EVERY_DEPARTMENT, Role
from shared.web import decode_cursor, encode_cursor, expected_version


class Body(BaseModel):
    """A request's body; a field it does not know is refused, lest a mistyped one be taken for absent."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def code_in_path(code: str) -> str:
    return checked_code(code)


def username_in_path(username: str) -> str:
    return checked_username(username)


def administrator(who: Principal = Depends(principal)) -> Principal:
    """The caller, if an administrator of every department: of one only would be a way to more."""
    who.require(Role.ADMIN, department=EVERY_DEPARTMENT)
    return who


def version_if_any(if_match: str | None = Header(default=None, alias="If-Match")) -> int | None:
    """The version a PUT changes; None when it means to create."""
    return None if if_match is None else expected_version(if_match)


@dataclass(frozen=True)
class Page:
    """Up to `limit` things whose key sorts after `after`."""

    after: str
    limit: int

    def answer(self, items: list[Any], last_key: str | None) -> dict[str, Any]:
        """`items` with the cursor of the next page; a page that is not full is the last."""
        full = len(items) == self.limit and last_key is not None
        return {"items": items, "next_cursor": encode_cursor(last_key) if full else None}


def page(limit: int = Query(default=100, ge=1, le=100), cursor: str = "") -> Page:
    if not cursor:
        return Page("", limit)
    after = decode_cursor(cursor, 1)[0]
    if not isinstance(after, str) or not after.isprintable():
        raise Invalid("翻页标记无效，请从第一页重新开始", field="cursor")
    return Page(after, limit)


def never_stored(response: Response) -> None:
    """Keep an answer with a secret out of every cache."""
    response.headers["Cache-Control"] = "no-store"


CodeInPath = Annotated[str, Depends(code_in_path)]
UsernameInPath = Annotated[str, Depends(username_in_path)]
Administrator = Annotated[Principal, Depends(administrator)]
ExpectedVersion = Annotated[int, Depends(expected_version)]
VersionIfAny = Annotated[int | None, Depends(version_if_any)]
PageAsked = Annotated[Page, Depends(page)]
