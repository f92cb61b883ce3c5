"""The public's desk: filing, progress, and what the applicant may do with number and code."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import date
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Header, Path, Query, Response
from pydantic import StringConstraints

from intake.api.answers import ActAnswer, ProgressAnswer, Receipt, act_answer, progress_answer
from intake.api.forms import ApplicantActForm, ChineseRoute, Day
from intake.domain.applicant import Filing
from intake.domain.request import Actor, Arrival, DisclosureRequest, day_in_china
from intake.domain.states import Action, Channel, Part
from intake.handlers.desk import Desk
from intake.handlers.filing import PUBLIC, FileRequest, take_in
from intake.handlers.handling import Act, act
from intake.handlers.progress import APPLICANT_SUBJECT, Progress, WrongPair, identify, progress
from shared.auth import Principal, optional_principal
from shared.events import now
from shared.problems import Invalid, NotFound, TooMany
from shared.roles import Role
from shared.web import etag, expected_version

Found = TypeVar("Found", Progress, DisclosureRequest)
Desks = Callable[[], AbstractAsyncContextManager[Desk]]
Number = Annotated[str, Path(max_length=60)]
Code = Annotated[str, Query(max_length=100)]
Key = Annotated[str | None, Header(alias="Idempotency-Key"), StringConstraints(min_length=1, max_length=200)]


class StaffFiling(Filing):
    """A filing as staff enter it: letters, faxes and visits have a channel and a day of their own."""

    channel: Channel = Channel.WEB
    received_on: Day | None = None


def _arrival(filing: StaffFiling, who: Principal | None, today: date) -> Arrival:
    """What comes by web form is confirmed by registration; the rest the registrar vouches for (art. 31)."""
    if filing.channel is Channel.WEB:
        if filing.received_on is not None:
            raise Invalid("网上提交的收到之日以登记确认为准，不能填写", field="received_on")
        return Arrival(Channel.WEB, today, confirmed=False)
    if who is None:
        raise Invalid("网上申请的渠道只能是 web；其他渠道由登记人录入", field="channel")
    who.require(Role.REGISTRAR, department=filing.department)
    return Arrival(filing.channel, filing.received_on or today, confirmed=True)


def _opened(found: Found | WrongPair) -> Found:
    """What was found, or a refusal that does not say which of number and code was wrong."""
    if not isinstance(found, WrongPair):
        return found
    if found.wait:
        problem = TooMany(f"查询过于频繁，请{found.wait}秒后再试", retry_after=found.wait)
        problem.headers = {"Retry-After": str(found.wait)}
        raise problem
    raise NotFound("没有找到与此编号和查询码相符的申请，请核对后重试")


def filing_router(desks: Desks) -> APIRouter:
    router = APIRouter(prefix="/api/requests", tags=["requests"], route_class=ChineseRoute)

    @router.post("", status_code=201)
    async def file(
        filing: StaffFiling, key: Key = None, who: Principal | None = Depends(optional_principal)
    ) -> Receipt:
        """File a request. The answer's query code is shown only now."""
        at = now()
        arrival = _arrival(filing, who, day_in_china(at))
        caller = who.subject if who else PUBLIC
        async with desks() as desk:
            receipt = await take_in(FileRequest(filing, arrival, at, key or "", caller), desk)
        return Receipt.model_validate(receipt, from_attributes=True)

    return router


def applicant_router(desks: Desks) -> APIRouter:
    router = APIRouter(prefix="/api/requests", tags=["progress"], route_class=ChineseRoute)

    @router.get("/{number}")
    async def follow(number: Number, response: Response, code: Code = "") -> ProgressAnswer:
        """Where a request stands, and why its deadline is that day."""
        async with desks() as desk:
            found = await progress(number, code, now(), desk)
        opened = _opened(found)
        etag(response, opened.request.version)
        response.headers["Cache-Control"] = "no-store"
        return progress_answer(opened)

    @router.post("/{number}/applicant/{action}")
    async def applicant_act(
        number: Number,
        action: Action,
        form: ApplicantActForm,
        response: Response,
        version: int = Depends(expected_version),
    ) -> ActAnswer:
        """The applicant corrects or withdraws, with the query code instead of a sign-in."""
        at, applicant = now(), Actor(APPLICANT_SUBJECT, frozenset({Part.APPLICANT}))
        async with desks() as desk:
            await desk.calendars.current()
            found = await identify(number, form.code, at, desk)
        _opened(found)
        async with desks() as desk:
            changed = await act(Act(number, version, action, at, text=form.text), applicant, desk)
        etag(response, changed.version)
        return act_answer(changed)

    return router
