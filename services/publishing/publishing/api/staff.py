"""Staff's desk: drafts, review, signing, publishing, withdrawing."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import BaseModel, Field

from publishing.api.public import position
from publishing.api.views import DraftPage, DraftView, StaffHistory, draft_view, staff_history
from publishing.domain.document import Document
from publishing.domain.draft import DraftForm
from publishing.domain.states import Action
from publishing.handlers.checking import checked_content
from publishing.handlers.drafting import READERS, STEPS, change_draft, create_draft, desk_of, take_step
from publishing.handlers.scheduling import schedule_publication
from publishing.rooms import Rooms
from publishing.store.answers import CREATED, AnswerStore
from publishing.store.reading import Reading
from shared.auth import Principal, principal
from shared.events import now
from shared.problems import Invalid
from shared.roles import EVERY_DEPARTMENT
from shared.web import decode_cursor, encode_cursor, etag, expected_version

Key = Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=200)]
Revision = Annotated[int, Depends(expected_version)]
Who = Annotated[Principal, Depends(principal)]


class Note(BaseModel):
    """What the person says about the step; a return or withdrawal needs it, and `schedule` needs a moment to come."""

    note: str = Field(default="", max_length=500, pattern=r"^[^\x00]*$")
    publish_at: datetime | None = Field(default=None, description="With offset, at most a year ahead")


class Standing(BaseModel):
    """Where a document stands after a change; `version` is the revision for the next If-Match."""

    id: str
    version: int
    state: str
    public_version: int


def staff_router(rooms: Rooms) -> APIRouter:
    router = APIRouter(prefix="/api/documents", tags=["staff"])
    _queue(router, rooms)
    _reading(router, rooms)
    _writing(router, rooms)
    _steps(router, rooms)
    return router


def _queue(router: APIRouter, rooms: Rooms) -> None:
    @router.get("/queue")
    async def queue(
        who: Who,
        mine: bool = False,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
        cursor: str | None = None,
    ) -> DraftPage:
        """What waits for this person, or with `mine` what they have written that is not public yet."""
        async with rooms.reading() as (reading, _):
            if mine:
                found = await reading.unfinished(who.subject, _within(who), limit + 1, _after(cursor))
            else:
                found = await reading.waiting(desk_of(who), limit + 1, _after(cursor))
        following = encode_cursor(found[limit - 1].id) if len(found) > limit else None
        return DraftPage(items=[draft_view(each, who) for each in found[:limit]], next_cursor=following)

    @router.get("/scheduled")
    async def scheduled(
        who: Who, limit: Annotated[int, Query(ge=1, le=100)] = 50, cursor: str | None = None
    ) -> DraftPage:
        """What this person may see of the documents that wait for their time, the next first."""
        async with rooms.reading() as (reading, _):
            found = await reading.scheduled(_within(who), limit + 1, position(cursor))
        last = found[limit - 1].scheduled if len(found) > limit else None
        following = encode_cursor(last.publish_at.isoformat(), found[limit - 1].id) if last else None
        return DraftPage(items=[draft_view(each, who) for each in found[:limit]], next_cursor=following)


def _reading(router: APIRouter, rooms: Rooms) -> None:
    @router.get("/{document_id}/draft")
    async def show_draft(document_id: UUID, who: Who, response: Response) -> DraftView:
        """The working edition, with what automatic checks find in it."""
        async with rooms.reading() as (reading, stored):
            document = await reading.working(document_id)
            who.require(*READERS, department=document.department)
            rows = await reading.history(document_id)
            content = document.edition.content
            files = await stored.find([file.sha256 for file in content.attachments])
        etag(response, document.revision)
        return draft_view(document, who, rows, files, await checked_content(content, files))

    @router.get("/{document_id}/history")
    async def show_history(document_id: UUID, who: Who) -> StaffHistory:
        async with rooms.reading() as (reading, _):
            await _may_read(reading, document_id, who)
            return staff_history(await reading.history(document_id))


def _writing(router: APIRouter, rooms: Rooms) -> None:
    @router.post("", status_code=CREATED, response_model=Standing)
    async def create(form: DraftForm, key: Key, who: Who) -> Response:
        async with rooms.desk() as (desk, connection):
            answers = AnswerStore(connection, who.subject)
            answer = await answers.earlier(key, form.model_dump_json().encode())
            if answer is None:
                document = await create_draft(form, who, now(), desk)
                answer = _standing(document).model_dump_json().encode()
                await answers.keep(key, answer)
        return Response(answer, CREATED, {"ETag": '"1"'}, "application/json")

    @router.put("/{document_id}/draft")
    async def save(document_id: UUID, form: DraftForm, revision: Revision, who: Who, response: Response) -> Standing:
        async with rooms.desk() as (desk, _):
            document = await change_draft(document_id, form, revision, who, now(), desk)
        etag(response, document.revision)
        return _standing(document)


def _steps(router: APIRouter, rooms: Rooms) -> None:
    @router.post("/{document_id}/{action}")
    async def act(
        document_id: UUID,
        action: Action,
        revision: Revision,
        who: Who,
        response: Response,
        said: Note | None = None,
    ) -> Standing:
        """submit, return, approve, publish, schedule, call_off, withdraw or revise."""
        if action not in STEPS:
            raise Invalid("没有这个操作", field="action")
        words = said or Note()
        async with rooms.desk() as (desk, _):
            if action is Action.SCHEDULE:
                plan = words.publish_at, words.note
                document = await schedule_publication(document_id, *plan, revision, who, now(), desk)
            else:
                document = await take_step(document_id, action, words.note, revision, who, now(), desk)
        etag(response, document.revision)
        return _standing(document)


def _within(who: Principal) -> list[str] | None:
    """The departments whose documents this person may read; None for all."""
    departments = {code for role in READERS for code in who.departments(role)}
    return None if EVERY_DEPARTMENT in departments else sorted(departments)


def _after(cursor: str | None) -> UUID | None:
    try:
        return UUID(decode_cursor(cursor, 1)[0]) if cursor else None
    except (AttributeError, ValueError, TypeError) as error:
        raise Invalid("翻页标记无效，请从第一页重新开始", field="cursor") from error


async def _may_read(reading: Reading, document_id: UUID, who: Principal) -> None:
    document = await reading.working(document_id)
    who.require(*READERS, department=document.department)


def _standing(document: Document) -> Standing:
    return Standing(
        id=str(document.id), version=document.revision, state=document.state, public_version=document.version
    )
