"""HTTP to handlers: the public record, staff's desk, files, departments' submissions, reconciliation."""

from fastapi import APIRouter

from publishing.api.files import files_router
from publishing.api.internal import internal_router
from publishing.api.overriding import overriding_router
from publishing.api.public import public_router
from publishing.api.staff import staff_router
from publishing.api.submissions import submissions_router
from publishing.rooms import Rooms


def routers(rooms: Rooms) -> list[APIRouter]:
    """All routers; staff's fixed paths come before `/{document_id}`."""
    return [
        overriding_router(rooms),
        staff_router(rooms),
        public_router(rooms),
        files_router(rooms),
        submissions_router(rooms),
        internal_router(rooms),
    ]
