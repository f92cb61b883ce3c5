"""One published document, its attachments, and what happened to it."""

from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, StreamingResponse

from portal import sanitising
from portal.clients.publishing import Document
from portal.clients.services import Services
from portal.pages import Pages, pages_of
from portal.reach import names_of, services_of
from portal.wording import action_label, day, status_of
from shared.kinds import kind_label

router = APIRouter()

VALIDITY_NOTES = {
    "amended": ("本文件已被修改", "内容可能与现行规定不一致，请以修改后的文件为准。"),
    "repealed": ("本文件已废止", "仅供查阅，不再作为行政管理的依据。"),
    "expired": ("本文件已失效", "有效期已满，仅供查阅。"),
}
PASSED_ON = ("content-type", "content-length", "content-disposition", "etag")
CHUNK = 64 * 1024


@router.get("/items/{document_id}")
async def item(
    request: Request,
    document_id: str,
    pages: Pages = Depends(pages_of),
    services: Services = Depends(services_of),
) -> HTMLResponse:
    """A withdrawn document is answered by its tombstone (410)."""
    document = await services.publishing.document(document_id)
    _, columns = await names_of(services)
    return pages.render(
        request,
        "public/item.html",
        document=document,
        body=sanitising.body(document.body_html, document.body),
        facts=_facts(document),
        history=_history(document),
        trail=_trail(document, columns),
        validity_note=VALIDITY_NOTES.get(document.validity),
        address=f"{request.app.state.public_url}/items/{document.id}",
    )


def _facts(document: Document) -> list[tuple[str, str]]:
    return [
        ("索引号", document.index_number or ""),
        ("文号", document.document_number or ""),
        ("发布机构", document.department_name or document.department),
        ("体裁", kind_label(document.kind)),
        ("成文日期", day(document.issued_on) if document.issued_on else ""),
        ("发布日期", day(document.published_at)),
        ("有效性", status_of(document.validity).word),
        ("主题词", "、".join(document.keywords)),
    ]


def _history(document: Document) -> list[dict[str, Any]]:
    """Newest first."""
    return [
        {
            "at": entry.at,
            "title": f"{action_label(entry.action)}（第 {entry.version} 版）",
            "by": "",
            "note": entry.note,
        }
        for entry in sorted(document.history, key=lambda entry: -entry.version)
    ]


def _trail(document: Document, columns: dict[str, str]) -> list[tuple[str, str]]:
    trail = [("/", "首页")]
    if document.column and document.column in columns:
        return [*trail, ("/columns", "栏目"), (f"/columns/{document.column}", columns[document.column])]
    return [*trail, (f"/search?kind={document.kind}", kind_label(document.kind))]


@router.get("/items/{document_id}/attachments/{attachment_id}")
async def attachment(
    document_id: str, attachment_id: str, services: Services = Depends(services_of)
) -> StreamingResponse:
    """The file as publishing keeps it, passed on as it arrives, always as a download."""
    source = services.publishing.attachment(document_id, attachment_id)
    response = await source.__aenter__()
    headers = {name: response.headers[name] for name in PASSED_ON if name in response.headers}
    headers.setdefault("content-disposition", "attachment")

    async def content() -> AsyncIterator[bytes]:
        try:
            async for chunk in response.content.iter_chunked(CHUNK):
                yield chunk
        finally:
            await source.__aexit__(None, None, None)

    return StreamingResponse(content(), headers=headers)
