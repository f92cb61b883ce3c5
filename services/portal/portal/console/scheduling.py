"""定时发布: a moment for the publication of a document that is signed."""

from datetime import datetime

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from portal.clients.services import Services
from portal.console.documents import show_document
from portal.console.frame import done, version_in
from portal.dates import NotADate, read_moment
from portal.reach import services_of
from portal.refusals import Refused, Unacceptable
from portal.sessions import Staff, signed_in

router = APIRouter()


def _moment(text: str) -> datetime:
    """The moment that was typed. Raises Unacceptable, naming the field."""
    try:
        moment = read_moment(text)
    except NotADate as error:
        raise _wrong("没有这个日期和时间，请写成 2026年3月5日 9:00") from error
    if moment is None:
        raise _wrong("请填写发布时间")
    return moment


def _wrong(sentence: str) -> Unacceptable:
    return Unacceptable({"title": "发布时间有误", "detail": sentence, "field": "publish_at"})


@router.post("/documents/{document_id}/schedule")
async def schedule(
    request: Request,
    document_id: str,
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> Response:
    """Plan the publication or move it; what was typed is kept when it is refused."""
    form = await request.form()
    typed = str(form.get("publish_at", ""))
    try:
        await services.publishing.schedule(document_id, _moment(typed), staff.token, version_in(form) or 0)
    except Refused as refusal:
        return await show_document(request, document_id, staff, services, refusal, typed)
    return done(f"/console/documents/{document_id}", "scheduled")
