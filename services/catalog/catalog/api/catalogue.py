"""The catalogue: current and past editions, items with their documents, drafts."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from catalog.api.edition_views import diff_view, draft_view, edition_view, item_view, summary
from catalog.api.requests import CodePath, EditionBody, EditionPath, Key
from catalog.desk import Desks
from catalog.domain.edition_changes import diff
from catalog.domain.editions import Edition, EditionStatus
from catalog.domain.words import Code
from catalog.handlers.editions import (
    DraftContent,
    draft_edition,
    get_edition,
    open_rows,
    publish_edition,
    revise_edition,
)
from catalog.handlers.ports import Desk
from shared.auth import Principal, optional_principal, principal
from shared.problems import NotFound
from shared.roles import Role
from shared.web import etag, expected_version

LISTED_DOCUMENTS = 100


def catalogue_router(opened: Desks) -> APIRouter:
    router = APIRouter(prefix="/api/catalogue", tags=["catalogue"])
    _current(router, opened)
    _editions(router, opened)
    _items(router, opened)
    _drafting(router, opened)
    _publishing(router, opened)
    return router


def _current(router: APIRouter, opened: Desks) -> None:
    @router.get("")
    async def current(department: Annotated[Code | None, Query()] = None) -> dict[str, Any]:
        """The newest published edition, of one department or of any."""
        async with opened() as desk:
            edition = await desk.editions.current(department)
        if edition is None:
            raise NotFound("还没有公布的公开目录")
        return edition_view(edition)


def _editions(router: APIRouter, opened: Desks) -> None:
    @router.get("/editions")
    async def editions(who: Principal | None = Depends(optional_principal)) -> dict[str, Any]:
        """Newest first; drafts only for those who may edit them."""
        async with opened() as desk:
            found = await desk.editions.all()
        return {"items": [summary(edition) for edition in found if _visible(edition, who)]}

    @router.get("/editions/{number}")
    async def one_edition(
        number: EditionPath, response: Response, who: Principal | None = Depends(optional_principal)
    ) -> dict[str, Any]:
        async with opened() as desk:
            edition = await _visible_edition(number, who, desk)
            etag(response, edition.version)
            if edition.status == EditionStatus.DRAFT:
                return draft_view(edition, await open_rows(edition, desk))
            return edition_view(edition)

    @router.get("/editions/{number}/diff")
    async def edition_diff(
        number: EditionPath,
        against: Annotated[int, Query(ge=1, le=2**31 - 1)],
        who: Principal | None = Depends(optional_principal),
    ) -> dict[str, Any]:
        """What edition `number` changes against another one: items added, changed and retired."""
        async with opened() as desk:
            newer = await _visible_edition(number, who, desk)
            return diff_view(diff(await _visible_edition(against, who, desk), newer))


def _items(router: APIRouter, opened: Desks) -> None:
    @router.get("/items/{item}")
    async def one_item(item: CodePath) -> dict[str, Any]:
        """An item with the newest of its published documents."""
        async with opened() as desk:
            live = await desk.items.get(item)
            documents = await desk.documents.of_item(item, LISTED_DOCUMENTS)
        if live is None:
            raise NotFound(f"没有目录事项“{item}”")
        return item_view(live, documents)


def _drafting(router: APIRouter, opened: Desks) -> None:
    @router.post("/editions", status_code=201)
    async def draft(
        body: EditionBody, response: Response, key: Key = "", who: Principal = Depends(principal)
    ) -> dict[str, Any]:
        """A new draft; rows that would keep it from being published are in `errors`."""
        who.require(Role.CATALOGUE_EDITOR, department=body.department)
        async with opened() as desk:
            edition = await draft_edition(_content(body), key, who.subject, desk)
            etag(response, edition.version)
            return draft_view(edition, await open_rows(edition, desk))

    @router.put("/editions/{number}")
    async def revise(
        number: EditionPath,
        body: EditionBody,
        response: Response,
        who: Principal = Depends(principal),
        expected: int = Depends(expected_version),
    ) -> dict[str, Any]:
        async with opened() as desk:
            await _editable(number, who, desk)
            edition = await revise_edition(number, _content(body), expected, desk)
            etag(response, edition.version)
            return draft_view(edition, await open_rows(edition, desk))


def _publishing(router: APIRouter, opened: Desks) -> None:
    @router.post("/editions/{number}/publish")
    async def publish(
        number: EditionPath,
        response: Response,
        who: Principal = Depends(principal),
        expected: int = Depends(expected_version),
    ) -> dict[str, Any]:
        async with opened() as desk:
            await _editable(number, who, desk)
            edition = await publish_edition(number, expected, who.subject, desk)
        etag(response, edition.version)
        return edition_view(edition)


def _content(body: EditionBody) -> DraftContent:
    return DraftContent(body.title, body.department, body.items, body.retirements)


def _visible(edition: Edition, who: Principal | None) -> bool:
    mine = who is not None and who.may(Role.CATALOGUE_EDITOR, edition.department)
    return edition.status != EditionStatus.DRAFT or mine


async def _visible_edition(number: int, who: Principal | None, desk: Desk) -> Edition:
    edition = await get_edition(number, desk)
    if not _visible(edition, who):
        raise NotFound(f"没有第{number}版目录")
    return edition


async def _editable(number: int, who: Principal, desk: Desk) -> None:
    who.require(Role.CATALOGUE_EDITOR)
    edition = await _visible_edition(number, who, desk)
    who.require(Role.CATALOGUE_EDITOR, department=edition.department)
