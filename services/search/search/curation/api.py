"""HTTP of curation: editors keep best bets and vocabulary, and readers' browsers say which result they opened."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from sqlalchemy.ext.asyncio import AsyncEngine

from search.curation.bodies import (
    BestBetBody,
    ClickBody,
    EntryBody,
    EntryPath,
    TrialBody,
    kept_view,
)
from search.curation.desk import Curation
from search.curation.privacy import query_form
from search.curation.store import (
    BEST_BETS,
    VOCABULARY,
    Content,
    Kind,
    change,
    changes_of,
    create,
    listed,
    one,
    remove,
)
from search.curation.trial import Top, try_entry
from search.vocabulary import shipped
from shared.auth import Principal, principal
from shared.problems import Invalid
from shared.roles import Role
from shared.web import decode_cursor, encode_cursor, etag, expected_version

EDITOR = Role.CATALOGUE_EDITOR
READERS = (Role.CATALOGUE_EDITOR, Role.SUPERVISOR, Role.CHIEF, Role.OPERATOR)
MAX_ROWS = 100
MAX_REPORT_DAYS = 90
MAX_SHIPPED = 30

Report = Callable[[int], Awaitable[dict[str, Any]]]


class Sent(Protocol):
    """A body that becomes a checked entry."""

    def content(self) -> Any: ...


def curation_routers(database: AsyncEngine, curation: Curation, report: Report, top: Top) -> list[APIRouter]:
    """Best bets, vocabulary, clicks and the report, all under /api/search."""
    router = APIRouter(prefix="/api/search", tags=["curation"])
    _trying(router, curation, top)
    _shipped(router)
    _entries(router, "/best-bets", database, BEST_BETS, curation)
    _entries(router, "/vocabulary", database, VOCABULARY, curation)
    _best_bet_changes(router, database, curation)
    _vocabulary_changes(router, database, curation)
    _counting(router, curation, report)
    return [router]


def _entries(router: APIRouter, path: str, database: AsyncEngine, kind: Kind[Content], curation: Curation) -> None:
    """What both kinds have in common: list, one, its record, and taking it away."""

    @router.get(path)
    async def list_entries(
        limit: int = MAX_ROWS, cursor: str | None = None, who: Principal = Depends(principal)
    ) -> dict[str, Any]:
        who.require(*READERS)
        limit = max(1, min(limit, MAX_ROWS))
        async with database.connect() as connection:
            found = await listed(connection, kind, limit, _position(cursor))
        last = found[-1] if len(found) == limit else None
        following = encode_cursor(kind.name_of(last.content), last.id) if last else None
        return {"items": [kept_view(kept) for kept in found], "next_cursor": following}

    @router.get(f"{path}/{{entry}}")
    async def show(entry: EntryPath, response: Response, who: Principal = Depends(principal)) -> dict[str, Any]:
        who.require(*READERS)
        async with database.connect() as connection:
            kept = await one(connection, kind, entry)
        etag(response, kept.version)
        return kept_view(kept)

    @router.get(f"{path}/{{entry}}/history")
    async def history(entry: EntryPath, who: Principal = Depends(principal)) -> dict[str, Any]:
        """Who changed it and how, newest first; also of an entry that is gone."""
        who.require(*READERS)
        async with database.connect() as connection:
            return {"items": await changes_of(connection, kind, entry), "next_cursor": None}

    @router.delete(f"{path}/{{entry}}", status_code=204)
    async def delete(
        entry: EntryPath, who: Principal = Depends(principal), expected: int = Depends(expected_version)
    ) -> None:
        who.require(EDITOR)
        async with database.begin() as connection:
            await remove(connection, kind, entry, who.subject, expected)
        await curation.held.reload()


def _position(cursor: str | None) -> tuple[str, UUID] | None:
    if not cursor:
        return None
    name, entry = decode_cursor(cursor, 2)
    try:
        return str(name), UUID(str(entry))
    except ValueError as error:
        raise Invalid("翻页标记无效，请从第一页重新开始", field="cursor") from error


async def _create(
    database: AsyncEngine, curation: Curation, kind: Kind[Content], body: Sent, who: Principal, response: Response
) -> dict[str, Any]:
    who.require(EDITOR)
    async with database.begin() as connection:
        entry = await create(connection, kind, body.content(), who.subject)
        kept = await one(connection, kind, entry)
    await curation.held.reload()
    etag(response, kept.version)
    return kept_view(kept)


async def _change(
    database: AsyncEngine,
    curation: Curation,
    kind: Kind[Content],
    entry: EntryPath,
    body: Sent,
    who: Principal,
    expected: int,
    response: Response,
) -> dict[str, Any]:
    who.require(EDITOR)
    async with database.begin() as connection:
        await change(connection, kind, entry, body.content(), who.subject, expected)
        kept = await one(connection, kind, entry)
    await curation.held.reload()
    etag(response, kept.version)
    return kept_view(kept)


def _best_bet_changes(router: APIRouter, database: AsyncEngine, curation: Curation) -> None:
    @router.post("/best-bets", status_code=201)
    async def create_best_bet(
        body: BestBetBody, response: Response, who: Principal = Depends(principal)
    ) -> dict[str, Any]:
        """Put an answer before the results of some queries until a day."""
        return await _create(database, curation, BEST_BETS, body, who, response)

    @router.put("/best-bets/{entry}")
    async def change_best_bet(
        entry: EntryPath,
        body: BestBetBody,
        response: Response,
        who: Principal = Depends(principal),
        expected: int = Depends(expected_version),
    ) -> dict[str, Any]:
        return await _change(database, curation, BEST_BETS, entry, body, who, expected, response)


def _vocabulary_changes(router: APIRouter, database: AsyncEngine, curation: Curation) -> None:
    @router.post("/vocabulary", status_code=201)
    async def create_entry(body: EntryBody, response: Response, who: Principal = Depends(principal)) -> dict[str, Any]:
        """Replace what is searched besides a term; without expansions, switch the built-in ones off."""
        return await _create(database, curation, VOCABULARY, body, who, response)

    @router.put("/vocabulary/{entry}")
    async def change_entry(
        entry: EntryPath,
        body: EntryBody,
        response: Response,
        who: Principal = Depends(principal),
        expected: int = Depends(expected_version),
    ) -> dict[str, Any]:
        return await _change(database, curation, VOCABULARY, entry, body, who, expected, response)


def _trying(router: APIRouter, curation: Curation, top: Top) -> None:
    @router.post("/vocabulary/trial")
    async def try_vocabulary(body: TrialBody, who: Principal = Depends(principal)) -> dict[str, Any]:
        """The first results of `q` with the vocabulary as it is and with this entry; nothing is kept."""
        who.require(*READERS)
        return await try_entry(top, curation.held, body.content(), body.q)


def _shipped(router: APIRouter) -> None:
    @router.get("/vocabulary/shipped")
    async def shipped_terms(q: str = "", who: Principal = Depends(principal)) -> dict[str, Any]:
        """The entries that come with the program whose term or expansions hold `q`, as an editor may change them."""
        who.require(*READERS)
        wanted = query_form(q)
        found = [
            {"term": term, "expansions": [{"term": meant, "weight": weight} for meant, weight in expansions]}
            for term, expansions in shipped().entries().items()
            if wanted and (wanted in term or any(wanted in meant for meant, _ in expansions))
        ]
        found.sort(key=lambda entry: (entry["term"] != wanted, len(str(entry["term"]))))
        return {"items": found[:MAX_SHIPPED], "next_cursor": None}


def _counting(router: APIRouter, curation: Curation, report: Report) -> None:
    @router.post("/clicks", status_code=204)
    async def clicked(body: ClickBody) -> None:
        """A reader opened the result at a position; counted with nothing about the reader."""
        curation.log.clicked(body.q, body.position)

    @router.get("/report")
    async def show_report(days: int = 7, who: Principal = Depends(principal)) -> dict[str, Any]:
        """What was asked and found in the last days, and how the index stands."""
        who.require(*READERS)
        return await report(max(1, min(days, MAX_REPORT_DAYS)))
