"""What is owed, late and stale, over HTTP. Staff see entries with their evidence; the public sees counts."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from shared.auth import Principal, principal
from shared.roles import EVERY_DEPARTMENT, Role
from supervision.api.answers import Answers, Paging
from supervision.api.views import ColumnPage, DutyPage, SummaryView
from supervision.domain import DutyState, Freshness
from supervision.handlers import Scope

READERS = (Role.SUPERVISOR, Role.CHIEF, Role.CATALOGUE_EDITOR, Role.OPERATOR, Role.ADMIN)


def supervision_router(answers: Answers) -> APIRouter:
    """The endpoints; every list filters by state and department."""
    router = APIRouter(prefix="/api/supervision", tags=["supervision"])

    @router.get("/obligations")
    async def obligations(
        state: DutyState | None = None, scope: Scope = Depends(readable), page: Paging = Depends(paging)
    ) -> DutyPage:
        return await answers.obligations(scope, state, page)

    @router.get("/columns")
    async def columns(
        state: Freshness | None = None, scope: Scope = Depends(readable), page: Paging = Depends(paging)
    ) -> ColumnPage:
        return await answers.columns(scope, state, page)

    @router.get("/requests")
    async def requests(
        state: DutyState | None = None, scope: Scope = Depends(readable), page: Paging = Depends(paging)
    ) -> DutyPage:
        return await answers.requests(scope, state, page)

    @router.get("/summary")
    async def summary() -> SummaryView:
        return await answers.summary()

    return router


def readable(department: str | None = None, who: Principal = Depends(principal)) -> Scope:
    """Whose entries the caller gets: all departments' (None), those of their roles, or the one asked for."""
    who.require(*READERS, department=department)
    if department is not None:
        return {department}
    held = frozenset[str]().union(*(who.departments(role) for role in READERS))
    return None if EVERY_DEPARTMENT in held else held


def paging(limit: Annotated[int, Query(ge=1, le=100)] = 50, cursor: str | None = None) -> Paging:
    return Paging(limit, cursor)
