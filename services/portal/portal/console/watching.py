"""What is late, what is searchable, and what waits for an operator."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from portal.clients.operations import parked_message, parked_messages, settle_parked
from portal.clients.search import Found
from portal.clients.services import Services
from portal.clients.transport import Service
from portal.console.frame import SEARCHERS, WATCHERS, done, page, require
from portal.console.indexing import index_shown
from portal.reach import if_there, services_of
from portal.refusals import Missing, NotPermitted, Refused, ServiceAway
from portal.sessions import Staff, signed_in
from shared.roles import Role

router = APIRouter()

LEDGERS = {"obligations": "任务", "requests": "申请", "columns": "栏目"}
DECISIONS = {"replay": "replayed", "discard": "discarded"}
FRESH_WORDS = {
    "fresh": "是否及时",
    "samples": "样本数",
    "p50_seconds": "发布到可检索，中位数（秒）",
    "p99_seconds": "发布到可检索，99 分位（秒）",
    "documents": "索引文件数",
}


@router.get("/supervision")
async def supervision(
    request: Request,
    view: str = "obligations",
    state: str = "",
    cursor: str = "",
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> HTMLResponse:
    """The ledger: duties, requests or columns by how they stand."""
    require(staff, *WATCHERS)
    view = view if view in LEDGERS else "obligations"
    asked = getattr(services.supervision, view)
    found = await asked(staff.token, state, cursor or None)
    return page(
        request,
        staff,
        "console/supervision.html",
        found=found,
        view=view,
        views=LEDGERS,
        state=state,
        params={"view": view, "state": state, "cursor": cursor},
    )


@router.get("/search")
async def search(
    request: Request,
    q: str = "",
    sort: str = "relevance",
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> HTMLResponse:
    """Try a query and see what the public sees, beside the index's own figures."""
    require(staff, *SEARCHERS)
    found: Found | None = None
    problem = ""
    try:
        found = await services.search.search({"q": q[:200], "sort": sort, "limit": 10}, staff.token) if q else Found()
    except (ServiceAway, Refused) as error:
        problem = error.sentence if isinstance(error, Refused) else "检索服务没有响应"
    fresh = await if_there(services.search.freshness(), {})
    return page(
        request,
        staff,
        "console/search.html",
        found=found,
        problem=problem,
        q=q,
        sort=sort,
        figures=[(FRESH_WORDS.get(name, name), _in_words(value)) for name, value in fresh.items()],
    )


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)


@router.get("/operations")
async def operations(
    request: Request, staff: Staff = Depends(signed_in), services: Services = Depends(services_of)
) -> HTMLResponse:
    """Every service: does it answer, what has it parked; the search index; and the broker's queues."""
    require(staff, Role.OPERATOR)
    rows = [await _standing(name, service, staff) for name, service in services.all.items()]
    queues = await if_there(services.broker.queues(), None) if services.broker.known else None
    return page(
        request,
        staff,
        "console/operations.html",
        services=rows,
        index=await index_shown(services.search, staff.token),
        queues=queues,
        broker_known=services.broker.known,
    )


async def _standing(name: str, service: Service, staff: Staff) -> dict[str, Any]:
    try:
        await service.check_ready()
        state = "ready"
    except (ServiceAway, Refused):
        state = "away"
    try:
        parked: int | None = len(await parked_messages(service, staff.token))
    except (ServiceAway, Refused):
        parked = None
    return {"code": name, "name": service.name, "state": state, "parked": parked}


def _service(services: Services, name: str) -> Service:
    if name not in services.all:
        raise Missing({"title": "没有这个服务"})
    return services.all[name]


@router.get("/operations/{name}")
async def parked(
    request: Request,
    name: str,
    state: str = "parked",
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> HTMLResponse:
    require(staff, Role.OPERATOR)
    service = _service(services, name)
    try:
        messages = await parked_messages(service, staff.token, state)
    except Missing:
        messages = []
    return page(request, staff, "console/parked.html", service=service, name=name, messages=messages, state=state)


@router.get("/operations/{name}/{message_id}")
async def parked_one(
    request: Request,
    name: str,
    message_id: str,
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> HTMLResponse:
    require(staff, Role.OPERATOR)
    service = _service(services, name)
    message = await parked_message(service, message_id, staff.token)
    return page(request, staff, "console/parked_message.html", service=service, name=name, message=message)


@router.post("/operations/{name}/{message_id}")
async def settle(
    request: Request,
    name: str,
    message_id: str,
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> Response:
    require(staff, Role.OPERATOR)
    service = _service(services, name)
    decision = str((await request.form()).get("decision", ""))
    if decision not in DECISIONS:
        raise NotPermitted({"title": "没有这个操作"})
    try:
        await settle_parked(service, message_id, decision, staff.token)
    except Refused as refusal:
        message = await parked_message(service, message_id, staff.token)
        context = {"service": service, "name": name, "message": message, "problem": refusal.sentence}
        return page(request, staff, "console/parked_message.html", refusal.status, **context)
    return done(f"/console/operations/{name}", DECISIONS[decision])
