"""Uploading files before a document refers to them by their hash."""

from urllib.parse import unquote

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from starlette.datastructures import UploadFile

from publishing.rooms import Rooms
from shared.auth import Principal, principal
from shared.problems import Invalid
from shared.roles import Role

MAX_NAME = 200


class Uploaded(BaseModel):
    """A kept file. `extraction` is `ok`, or `failed: <reason>` when no text could be found."""

    sha256: str
    name: str
    size: int
    media_type: str
    text_chars: int
    extraction: str


def files_router(rooms: Rooms) -> APIRouter:
    router = APIRouter(prefix="/api/attachments", tags=["attachments"])

    @router.post("", status_code=201)
    async def upload(request: Request, who: Principal = Depends(principal)) -> Uploaded:
        """Multipart with one `file`; uploading the same bytes again changes nothing."""
        who.require(Role.AUTHOR, Role.DEPARTMENT_SYSTEM)
        async with request.form(max_files=1, max_fields=4) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile) or not file.filename:
                raise Invalid("请选择文件", field="file")
            name = unquote(file.filename)  # some clients escape what is not ASCII
            if len(name) > MAX_NAME or "\x00" in name:
                raise Invalid(f"文件名最多 {MAX_NAME} 个字", field="file")
            kept = await rooms.keeper.keep_file(name, file.file, who.subject)
            return Uploaded(
                sha256=kept.sha256,
                name=name,
                size=kept.size,
                media_type=kept.media_type,
                text_chars=len(kept.text),
                extraction=kept.extraction,
            )

    return router
