"""Letting findings of automatic checks pass."""

from uuid import UUID

from fastapi import APIRouter, Response

from publishing.api.findings import OverrideForm
from publishing.api.staff import Revision, Standing, Who
from publishing.handlers.drafting import override_findings
from publishing.rooms import Rooms
from shared.events import now
from shared.web import etag


def overriding_router(rooms: Rooms) -> APIRouter:
    """To be asked before staff's steps, one of which `overrides` would else be taken for."""
    router = APIRouter(prefix="/api/documents", tags=["staff"])

    @router.post("/{document_id}/overrides")
    async def override(
        document_id: UUID, said: OverrideForm, revision: Revision, who: Who, response: Response
    ) -> Standing:
        """Let blocking findings pass for this very content; not for its authors, and not without a reason."""
        async with rooms.desk() as (desk, _):
            document = await override_findings(document_id, said.findings, said.note, revision, who, now(), desk)
        etag(response, document.revision)
        return Standing(
            id=str(document_id), version=document.revision, state=document.state, public_version=document.version
        )

    return router
