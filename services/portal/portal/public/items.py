"""One published document: its text with a place for every answer, its versions, its attachments, what happened."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, StreamingResponse

from portal import sanitising
from portal.anchoring import anchored
from portal.clients.publishing import Document
from portal.clients.search import Hit, Search, Version
from portal.clients.services import Services
from portal.languages import ENGLISH, in_language, is_english
from portal.pages import Pages, pages_of
from portal.public.contents import LONG_TEXT, contents_of
from portal.reach import names_of, services_of
from portal.refusals import Refused, ServiceAway
from portal.translations import N_, _, zh
from portal.wording import action_label, day, kind_word, validity_word
from shared.downloads import Download

router = APIRouter()

VALIDITY_NOTES = {
    "amended": (N_("本文件已修订"), N_("内容可能与现行规定不一致，请以修订后的文件为准。")),
    "repealed": (N_("本文件已废止"), N_("仅供查阅，不再作为行政管理的依据。")),
    "expired": (N_("本文件已失效"), N_("有效期已满，仅供查阅。")),
}
PASSED_ON = ("content-type", "content-length", "content-disposition", "etag")
CHUNK = 64 * 1024
BESIDE_SECONDS = 1.5


@dataclass(frozen=True)
class Beside:
    """What search knows about a document: the newest version if it is another, all versions, related items."""

    newest: Version | None = None
    versions: list[Version] = field(default_factory=list)
    related: list[Hit] = field(default_factory=list)


@router.get("/items/{document_id}")
async def item(
    request: Request,
    document_id: str,
    pages: Pages = Depends(pages_of),
    services: Services = Depends(services_of),
) -> HTMLResponse:
    """A withdrawn document is answered by its tombstone (410)."""
    document, (_names, columns), beside = await asyncio.gather(
        services.publishing.document(document_id), names_of(services), _beside(services.search, document_id)
    )
    text = anchored(sanitising.body(document.body_html, document.body), document.body)
    validity = "amended" if beside.newest and document.validity == "in_force" else document.validity
    return pages.render(
        request,
        "public/item.html",
        document=document,
        validity=validity,
        validity_note=VALIDITY_NOTES.get(validity),
        beside=beside,
        body=text.html,
        contents=contents_of(text.contents),
        long=len(text.html) > LONG_TEXT,
        facts=_facts(document, validity),
        history=_history(document),
        trail=_trail(document, columns),
        address=_address(request, document.id),
    )


def _address(request: Request, document_id: str) -> str:
    """Where this page stands for good; the English page is one of its own to search engines."""
    address = f"{request.app.state.public_url}/items/{document_id}"
    return in_language(address, ENGLISH) if is_english() else address


async def _beside(search: Search, document_id: str) -> Beside:
    """A page can do without it, so search gets little time."""
    try:
        async with asyncio.timeout(BESIDE_SECONDS):
            versions, related = await asyncio.gather(_versions(search, document_id), _related(search, document_id))
    except TimeoutError:
        return Beside()
    newest = versions[0] if versions and versions[0].id != document_id else None
    return Beside(newest, versions, related)


async def _versions(search: Search, document_id: str) -> list[Version]:
    """The chain of versions, newest first; none for a document without other versions."""
    try:
        found = await search.item(document_id)
        newest = await search.item(found.superseded_by.id) if found.superseded_by else found
    except (ServiceAway, Refused):
        return []
    first = Version(id=newest.id, title=newest.title, issued_on=newest.issued_on, validity=newest.validity)
    return [first, *newest.versions] if newest.versions else []


async def _related(search: Search, document_id: str) -> list[Hit]:
    try:
        return await search.related(document_id)
    except (ServiceAway, Refused):
        return []


def _facts(document: Document, validity: str) -> list[tuple[str, str]]:
    return [
        (_("索引号"), zh(document.index_number or "")),
        (_("文号"), zh(document.document_number or "")),
        (_("发布机构"), zh(document.department_name or document.department)),
        (_("体裁"), kind_word(document.kind)),
        (_("成文日期"), day(document.issued_on) if document.issued_on else ""),
        (_("发布日期"), day(document.published_at)),
        (_("有效性"), validity_word(validity)),
        (_("主题词"), zh("、".join(document.keywords))),
    ]


def _history(document: Document) -> list[dict[str, Any]]:
    """Newest first."""
    return [
        {
            "at": entry.at,
            "title": _("%(action)s（第 %(version)s 版）", action=action_label(entry.action), version=entry.version),
            "by": "",
            "note": zh(entry.note),
        }
        for entry in sorted(document.history, key=lambda entry: -entry.version)
    ]


def _trail(document: Document, columns: dict[str, str]) -> list[tuple[str, str]]:
    trail = [("/", _("首页"))]
    if document.column and document.column in columns:
        return [*trail, ("/columns", _("栏目")), (f"/columns/{document.column}", zh(columns[document.column]))]
    return [*trail, (f"/search?kind={document.kind}", kind_word(document.kind))]


@router.get("/items/{document_id}/attachments/{attachment_id}")
async def attachment(
    document_id: str, attachment_id: str, services: Services = Depends(services_of)
) -> StreamingResponse:
    """The file as publishing keeps it, passed on as it arrives, always as a download."""
    held = AsyncExitStack()
    source = await held.enter_async_context(services.publishing.attachment(document_id, attachment_id))
    headers = {name: source.headers[name] for name in PASSED_ON if name in source.headers}
    headers.setdefault("content-disposition", "attachment")
    return Download(source.content.iter_chunked(CHUNK), held.aclose, headers=headers)
