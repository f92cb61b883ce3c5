"""What comes in over HTTP, checked, and told in Chinese when it does not fit."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from intake.domain.applicant import Tidy
from shared.problems import Invalid
from shared.wrong_fields import said

TAGS = frozenset({"natural_person", "organisation", "body", "query", "path", "header"})
APPLICANT_KINDS = "申请人类型只能是 natural_person（公民）或 organisation（法人或其他组织）"


class ChineseRoute(APIRoute):
    """A route whose refusals of malformed input are in Chinese and do not repeat the input."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                raise refusal(error.errors()) from None

        return answer


def refusal(errors: Sequence[Mapping[str, Any]]) -> Invalid:
    """All that is wrong with an input: the first in `detail`, every one in `errors`."""
    found = [{"field": _field(error), "message": _said(error)} for error in errors]
    first = found[0]
    detail = f"{first['field']}：{first['message']}" if first["field"] else first["message"]
    return Invalid(detail, field=first["field"] or None, errors=found)


def _said(error: Mapping[str, Any]) -> str:
    return APPLICANT_KINDS if error["type"].startswith("union_tag_") else said(error)


def _field(error: Mapping[str, Any]) -> str:
    if error["type"] == "json_invalid":
        return ""  # its place is an offset
    named = ".".join(str(part) for part in error["loc"] if part not in TAGS)
    return named.encode(errors="replace").decode()  # a name we do not know may be broken Unicode


def _reasonable(day: date) -> date:
    if not 2004 <= day.year <= 2099:
        raise ValueError("outside 2004 to 2099")
    return day


Day = Annotated[date, AfterValidator(_reasonable)]


class ActForm(BaseModel):
    """One act. `on` defaults to today; `days` is for extensions and periods for correction; `text` is the
    notice, reason or reply; `outcome` a row of the annual report such as R3.1.
    """

    model_config = ConfigDict(extra="forbid")

    on: Day | None = None
    days: int = Field(default=0, ge=0, le=1000)
    text: Annotated[str, StringConstraints(max_length=20_000), Tidy] = ""
    outcome: Annotated[str, StringConstraints(max_length=10), Tidy] = ""


class ApplicantActForm(BaseModel):
    """What an applicant does with number and query code: correct or withdraw."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, StringConstraints(max_length=100), Tidy]
    text: Annotated[str, StringConstraints(max_length=5000), Tidy] = ""


class NamedDay(BaseModel):
    model_config = ConfigDict(extra="forbid")

    date: date
    name: Annotated[str, StringConstraints(min_length=1, max_length=20), Tidy]


class YearForm(BaseModel):
    """The yearly notice: the days off (weekends in between may be named too) and the weekend days worked."""

    model_config = ConfigDict(extra="forbid")

    source: Annotated[str, StringConstraints(min_length=1, max_length=200), Tidy]
    holidays: Annotated[list[NamedDay], Field(max_length=366)]
    working_days: Annotated[list[NamedDay], Field(max_length=366)]
