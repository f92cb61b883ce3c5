"""The department gateway's HTTP door: the same submissions as over the broker, answered at once."""

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, ValidationError

from publishing.domain.rules import SubmissionRejected
from publishing.domain.submission import Outcome, Submission, SubmissionAction, Withdrawal
from publishing.domain.validation import field_errors
from publishing.messages import MAX_MESSAGE
from publishing.rooms import Rooms
from shared.auth import Principal, principal
from shared.problems import Invalid, NotAllowed
from shared.roles import Role


class Rejected(Invalid):
    """The submission breaks rules; `errors` says which, field by field."""

    title = "报送内容有误"

    def __init__(self, *errors: tuple[str, str]) -> None:
        listed = [{"field": field, "message": message} for field, message in errors]
        field, message = errors[0]
        super().__init__(f"{field}：{message}", field=field, errors=listed)


class _Asked(BaseModel):
    model_config = ConfigDict(extra="ignore")

    action: SubmissionAction


def submissions_router(rooms: Rooms) -> APIRouter:
    router = APIRouter(prefix="/api/departments", tags=["submissions"])

    @router.post("/{code}/submissions")
    async def submit(code: str, request: Request, who: Principal = Depends(principal)) -> Outcome:
        """`{"action": "submit" | "revise" | "withdraw", …}` with the fields of a message on the broker."""
        who.require(Role.DEPARTMENT_SYSTEM, department=code)
        department = await rooms.directory.department(code)
        sender = department.sender_over_http(who.subject) if department else None
        if sender is None:
            raise NotAllowed("此系统未登记或已停用")
        try:
            return await rooms.gateway.take_now(_parsed(await request.body()), sender)
        except SubmissionRejected as rejection:
            raise Rejected(*rejection.errors) from rejection

    return router


def _parsed(body: bytes) -> Submission | Withdrawal:
    if len(body) > MAX_MESSAGE:
        raise SubmissionRejected(("body", f"整条报送不得超过 {MAX_MESSAGE // 1024 // 1024} MiB"))
    try:
        action = _Asked.model_validate_json(body).action
        model = Withdrawal if action is SubmissionAction.WITHDRAW else Submission
        return model.model_validate_json(body)
    except ValidationError as error:
        raise SubmissionRejected(*((item.field, item.message) for item in field_errors(error))) from error
