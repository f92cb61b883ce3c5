"""The public record: lists, documents, files. No sign-in, nothing but what is published."""

from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse

from publishing.api.views import ListedPage, listed, public_document
from publishing.domain.content import Attachment
from publishing.handlers.drafting import READERS
from publishing.handlers.publication import public_state
from publishing.rooms import Rooms
from publishing.store.reading import Published
from shared.auth import Principal, optional_principal
from shared.problems import Invalid, NotFound, Problem
from shared.web import decode_cursor, encode_cursor, etag

Code = Annotated[str, Query(max_length=100, pattern=r"^[^\x00]*$")]
Limit = Annotated[int, Query(ge=1, le=100)]


class Withdrawn(Problem):
    """The document was public and is not any more; its title and the reason remain readable."""

    status, type, title = 410, "withdrawn", "这份文件已撤回"


def public_router(rooms: Rooms) -> APIRouter:
    router = APIRouter(prefix="/api/documents", tags=["documents"])
    _lists(router, rooms)
    _documents(router, rooms)
    return router


def _lists(router: APIRouter, rooms: Rooms) -> None:
    @router.get("")
    async def list_documents(
        column: Code | None = None,
        department: Code | None = None,
        kind: Code | None = None,
        limit: Limit = 20,
        cursor: str | None = None,
    ) -> ListedPage:
        filters = {"column_code": column, "department": department, "kind": kind}
        given = {name: value for name, value in filters.items() if value}
        async with rooms.reading() as (reading, _):
            rows = await reading.list_public(given, limit + 1, position(cursor))
        last = rows[limit - 1] if len(rows) > limit else None
        following = encode_cursor(last["published_at"].isoformat(), last["id"]) if last else None
        return ListedPage(items=[listed(row) for row in rows[:limit]], next_cursor=following)


def _documents(router: APIRouter, rooms: Rooms) -> None:
    @router.get("/{document_id}")
    async def show_document(document_id: UUID, response: Response) -> dict[str, Any]:
        async with rooms.reading() as (reading, files):
            found = _still_public(await reading.published(document_id))
            state = await public_state(found.document, found.department_name, files)
            rows = await reading.history(document_id)
            items = await reading.catalogue_item_names(state.catalogue_items)
        etag(response, found.document.version)
        return public_document(found.document, state, rows, items)

    @router.get("/{document_id}/attachments/{attachment_id}")
    async def download(
        document_id: UUID, attachment_id: str, who: Principal | None = Depends(optional_principal)
    ) -> StreamingResponse:
        file = await _attachment(rooms, document_id, attachment_id, who)
        try:
            pieces = rooms.blobs.read(file.sha256)
        except FileNotFoundError as error:
            raise NotFound("附件的内容不在存储中，请联系管理员") from error
        return StreamingResponse(pieces, media_type=file.media_type, headers=_headers(file))


def position(cursor: str | None) -> tuple[datetime, UUID] | None:
    """Where a list ordered by time and id goes on."""
    if not cursor:
        return None
    at, document_id = decode_cursor(cursor, 2)
    try:
        return datetime.fromisoformat(at).astimezone(UTC), UUID(document_id)
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise Invalid("翻页标记无效，请从第一页重新开始", field="cursor") from error


def _still_public(found: Published | None) -> Published:
    if found is None:
        raise NotFound("没有找到这份文件")
    document = found.document
    if not document.is_public and document.public_face and document.withdrawn_at:
        remains = {
            "id": str(document.id),
            "title": document.public_face.title,
            "withdrawal_reason": document.withdrawal_reason,
            "withdrawn_at": document.withdrawn_at.isoformat(),
        }
        raise Withdrawn(f"撤回理由：{document.withdrawal_reason}", document=remains)
    return found


async def _attachment(rooms: Rooms, document_id: UUID, attachment_id: str, who: Principal | None) -> Attachment:
    """A file of the public edition; those who review the document find its working edition's files first."""
    async with rooms.reading() as (reading, _):
        if who is not None:
            working = await reading.working(document_id)
            if any(who.may(role, working.department) for role in READERS):
                for file in working.edition.content.attachments:
                    if file.id == attachment_id:
                        return file
        found = _still_public(await reading.published(document_id))
    return _find(found.document.edition.content.attachments, attachment_id)


def _find(files: tuple[Attachment, ...], attachment_id: str) -> Attachment:
    for file in files:
        if file.id == attachment_id:
            return file
    raise NotFound("没有这个附件")


def _headers(file: Attachment) -> dict[str, str]:
    """A download, whatever the browser thinks of the type; the name as RFC 6266 writes it."""
    return {
        "Content-Disposition": f"attachment; filename=\"download\"; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Length": str(file.size),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-cache",
        "ETag": f'"{file.sha256}"',
    }
