"""What editors make of search: best bets, vocabulary, and the report of what people asked."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from portal.clients.search import Hit
from portal.clients.transport import Page, Service, Shape, segment, shaped

BEST_BETS, VOCABULARY = "/api/search/best-bets", "/api/search/vocabulary"
LISTED = 100


class BestBet(Shape):
    """An answer before the results of some queries; `state` is active, due_soon or expired."""

    id: str
    queries: list[str]
    title: str
    url: str
    summary: str = ""
    owner: str = ""
    expires_on: date | None = None
    state: str = "active"
    version: int = 1
    changed_at: datetime | None = None
    changed_by: str = ""


class Expansion(Shape):
    term: str
    weight: float = 0.8


class Term(Shape):
    """What is searched besides a term; nothing besides it switches the built-in entry off."""

    id: str
    term: str
    expansions: list[Expansion] = Field(default_factory=list)
    note: str = ""
    version: int = 1
    changed_at: datetime | None = None
    changed_by: str = ""


class Change(Shape):
    action: str
    version: int = 1
    at: datetime | None = None
    who: str = ""


class Trial(Shape):
    """The first results of a query with the vocabulary as it is, and with an entry that is not kept."""

    q: str
    before: list[Hit] = Field(default_factory=list)
    after: list[Hit] = Field(default_factory=list)


class QueryCount(Shape):
    """How often a query was asked, found nothing, and where people clicked; `abandoned` is a share."""

    q: str
    count: int = 0
    zero: int = 0
    clicks: int = 0
    position: float | None = None
    abandoned: float | None = None


class Clicks(Shape):
    position: int
    count: int


class Report(Shape):
    days: int = 7
    searches: int = 0
    zero: int = 0
    queries: int = 0
    top: list[QueryCount] = Field(default_factory=list)
    without_hits: list[QueryCount] = Field(default_factory=list)
    clicks: list[Clicks] = Field(default_factory=list)
    index: dict[str, Any] = Field(default_factory=dict)


async def report(search: Service, token: str, days: int) -> Report:
    answer = await search.get("/api/search/report", {"days": days}, token)
    return shaped(Report, search.name, answer.body)


async def best_bets(search: Service, token: str, cursor: str | None = None) -> Page[BestBet]:
    answer = await search.get(BEST_BETS, {"limit": LISTED, "cursor": cursor}, token)
    return shaped(Page[BestBet], search.name, answer.body)


async def terms(search: Service, token: str, cursor: str | None = None) -> Page[Term]:
    answer = await search.get(VOCABULARY, {"limit": LISTED, "cursor": cursor}, token)
    return shaped(Page[Term], search.name, answer.body)


async def best_bet(search: Service, token: str, entry: str) -> BestBet:
    return shaped(BestBet, search.name, (await search.get(f"{BEST_BETS}/{segment(entry)}", token=token)).body)


async def term(search: Service, token: str, entry: str) -> Term:
    return shaped(Term, search.name, (await search.get(f"{VOCABULARY}/{segment(entry)}", token=token)).body)


async def changes(search: Service, token: str, path: str, entry: str) -> list[Change]:
    """The record of an entry, newest first."""
    answer = await search.get(f"{path}/{segment(entry)}/history", token=token)
    return shaped(Page[Change], search.name, answer.body).items


async def keep(search: Service, token: str, path: str, entry: str, body: dict[str, Any], version: int | None) -> None:
    """Create (no entry) or change as it stood at `version`."""
    if entry:
        await search.change("PUT", f"{path}/{segment(entry)}", body, token, version)
    else:
        await search.post(path, body, token)


async def remove(search: Service, token: str, path: str, entry: str, version: int) -> None:
    await search.change("DELETE", f"{path}/{segment(entry)}", None, token, version)


async def try_term(search: Service, token: str, body: dict[str, Any]) -> Trial:
    """The effect of an entry on a query, without keeping it."""
    return shaped(Trial, search.name, (await search.post(f"{VOCABULARY}/trial", body, token)).body)
