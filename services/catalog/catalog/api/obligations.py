"""Obligations: the public list, and entering, changing and assigning them."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from catalog.api.requests import CodePath, ObligationBody, version_if_any
from catalog.desk import Desks
from catalog.domain.fulfilment import due_by_term
from catalog.domain.obligations import STANDING_LABELS, Obligation, Standing, defects
from catalog.domain.words import Line
from catalog.handlers.obligations import put_obligation
from catalog.handlers.ports import Desk
from shared.auth import Principal, principal
from shared.problems import NotFound
from shared.roles import Role
from shared.web import decode_cursor, encode_cursor, etag


def obligations_router(opened: Desks) -> APIRouter:
    router = APIRouter(prefix="/api/obligations", tags=["obligations"])
    _listing(router, opened)
    _showing(router, opened)
    _changing(router, opened)
    return router


def _listing(router: APIRouter, opened: Desks) -> None:
    @router.get("")
    async def list_obligations(
        state: Standing | None = None,
        department: Annotated[Line | None, Query()] = None,
        defective: bool | None = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 100,
        cursor: str | None = None,
    ) -> dict[str, Any]:
        """By id. `department` is a department's code or an office the obligation names."""
        after = str(decode_cursor(cursor, 1)[0]) if cursor else ""
        async with opened() as desk:
            found = [
                obligation
                for obligation in await desk.obligations.all()
                if obligation.id > after
                and (department is None or department in _carriers(obligation))
                and (state is None or obligation.standing(desk.today) == state)
                and (defective is None or bool(defects(obligation)) == defective)
            ]
            page = [obligation_view(obligation, desk) for obligation in found[:limit]]
        more = encode_cursor(page[-1]["id"]) if len(found) > limit else None
        return {"items": page, "next_cursor": more}


def _showing(router: APIRouter, opened: Desks) -> None:
    @router.get("/{obligation_id}")
    async def show_obligation(obligation_id: CodePath, response: Response) -> dict[str, Any]:
        async with opened() as desk:
            obligation = await desk.obligations.get(obligation_id)
            if obligation is None:
                raise NotFound(f"没有任务“{obligation_id}”")
            etag(response, obligation.version)
            return obligation_view(obligation, desk)


def _changing(router: APIRouter, opened: Desks) -> None:
    @router.put("/{obligation_id}")
    async def change_obligation(
        obligation_id: CodePath,
        body: ObligationBody,
        response: Response,
        who: Principal = Depends(principal),
        expected: int | None = Depends(version_if_any),
    ) -> dict[str, Any]:
        """Create an obligation, or change or assign it with If-Match."""
        who.require(Role.CATALOGUE_EDITOR, Role.SUPERVISOR, department=body.department)
        async with opened() as desk:
            held = await desk.obligations.get(obligation_id)
            if held is not None:
                who.require(Role.CATALOGUE_EDITOR, Role.SUPERVISOR, department=held.department)
            wanted = _wanted(obligation_id, body)
            obligation = await put_obligation(wanted, body.due_on, expected, who.subject, desk)
            etag(response, obligation.version)
            return obligation_view(obligation, desk)


def _wanted(obligation_id: str, body: ObligationBody) -> Obligation:
    fields = {name: value for name, value in body if name not in ("due_on", "fulfilled_by", "rule")}
    rule = body.rule.model_copy(update={"raw_text": body.raw_term}) if body.rule else None
    return Obligation(id=obligation_id, named_documents=body.fulfilled_by, rule=rule, **fields)


def _carriers(obligation: Obligation) -> set[str]:
    return {obligation.department, *obligation.responsible, *obligation.lead, *obligation.supporting}


def obligation_view(obligation: Obligation, desk: Desk) -> dict[str, Any]:
    """The public state with its version, how it stands, its term explained and what is missing in it."""
    term, standing = obligation.term, obligation.standing(desk.today)
    return {
        **obligation.state().model_dump(mode="json"),
        "version": obligation.version,
        "department": obligation.department,
        "derived": obligation.derived,
        "clause": obligation.clause,
        "state": standing,
        "state_label": STANDING_LABELS[standing],
        "met_on": obligation.met_on,
        "triggered_on": obligation.triggered_on,
        "due_provisional": obligation.due_provisional,
        "rule": term.rule.model_dump(mode="json", exclude_none=True) if term.rule else None,
        "term_explained": due_by_term(obligation, desk.today, desk.calendar).explanation,
        "defects": [defect._asdict() for defect in defects(obligation)],
    }
