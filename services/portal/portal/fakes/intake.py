"""Request intake, invented: filing, progress with a real working-day count, and a small desk."""

from datetime import date, timedelta
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse

from portal.fakes.answers import caller, service, versioned
from portal.fakes.sample import NOW, TODAY
from shared.auth import Principal
from shared.problems import Conflict, Invalid, NotFound, StaleVersion
from shared.roles import Role

TERM = 20
OFF = {date(2026, 10, d): "国庆节" for d in range(1, 8)} | {date(2027, 1, 1): "元旦"}
MOVES: dict[tuple[str, str], tuple[str, str, str]] = {
    ("submitted", "register"): ("registered", "登记", "registrar"),
    ("registered", "accept"): ("processing", "受理", "handler"),
    ("processing", "draft"): ("drafting", "起草答复", "handler"),
    ("drafting", "reply"): ("in_approval", "提交签发", "handler"),
    ("in_approval", "approve"): ("decided", "签发", "approver"),
    ("in_approval", "return"): ("drafting", "退回修改", "approver"),
    ("decided", "serve"): ("served", "送达", "registrar"),
}
STATES = {
    "submitted": "已提交",
    "registered": "已登记",
    "processing": "办理中",
    "drafting": "起草答复",
    "in_approval": "待签发",
    "decided": "已签发",
    "served": "已送达",
}


def explained(received: date, term: int = TERM) -> tuple[date, list[dict[str, Any]]]:
    """The last day of a term, and each day with why it counts or does not."""
    days: list[dict[str, Any]] = []
    day, counted = received, 0
    while counted < term:
        day += timedelta(days=1)
        why = OFF.get(day) or ("" if day.weekday() < 5 else f"星期{'一二三四五六日'[day.weekday()]}")
        counted += not why
        days.append({"date": day.isoformat(), "counted": not why, "reason": why})
    return day, days


def _request(number: str, code: str, status: str, received: date, **more: Any) -> dict[str, Any]:
    due, _ = explained(received)
    return {
        "number": number,
        "code": code,
        "status": status,
        "department": "audit",
        "channel": "web",
        "channel_label": "网上提交",
        "received_on": received.isoformat(),
        "due_on": due.isoformat(),
        "due_provisional": due.year > 2026,
        "version": 1,
        "history": [{"at": NOW.isoformat(), "on": received.isoformat(), "what": "网上提交申请", "actor": "申请人"}],
        **more,
    }


def _shown(request: dict[str, Any]) -> dict[str, Any]:
    left = {"code", "history", "texts"}
    due = date.fromisoformat(request["due_on"])
    return {name: value for name, value in request.items() if name not in left} | {
        "status_label": STATES[request["status"]],
        "overdue": due < TODAY and request["status"] != "served",
        "due_soon": 0 <= (due - TODAY).days <= 7,
    }


def intake() -> FastAPI:
    app = service()
    texts = {"applicant.name": "陈某", "applicant.phone": "13800000000", "description": "2025年度审计整改情况"}
    first = _request("2026-audit-00007", "SUN-7421", "processing", date(2026, 11, 5), texts=texts)
    late = _request("2026-audit-00003", "SUN-1111", "drafting", date(2026, 9, 18), texts=texts)
    held = {first["number"]: first, late["number"]: late}
    _public(app, held)
    _desk(app, held)
    return app


def _public(app: FastAPI, held: dict[str, dict[str, Any]]) -> None:
    by_key: dict[str, str] = {}

    @app.post("/api/requests", status_code=201)
    async def file(request: Request) -> dict[str, Any]:
        filing = await request.json()
        if filing["applicant"].get("id_number", "").startswith("000"):
            raise Invalid(
                "居民身份证号码有误",
                field="applicant.id_number",
                errors=[{"field": "applicant.id_number", "message": "居民身份证号码有误，请核对18位号码"}],
            )
        number = by_key.setdefault(
            request.headers.get("idempotency-key", ""), f"2026-{filing['department']}-{len(held) + 6:05d}"
        )
        filed = _request(number, f"SUN-{len(held):04d}", "submitted", TODAY, texts={})
        held.setdefault(number, filed)
        return {name: held[number][name] for name in ("number", "code", "due_on", "due_provisional")}

    @app.get("/api/requests/{number}")
    async def progress(number: str, code: str = "") -> dict[str, Any]:
        request = held.get(number)
        if request is None or request["code"] != code:
            raise NotFound("没有找到与此编号和查询码相符的申请，请核对后重试")
        _, days = explained(date.fromisoformat(request["received_on"]))
        basis = ["《政府信息公开条例》第三十三条：自收到申请之日起20个工作日内答复"]
        return _shown(request) | {"history": request["history"], "explanation": days, "basis": basis}

    @app.get("/api/deadline")
    async def deadline(received: date, term: int = TERM) -> dict[str, Any]:
        due, days = explained(received, term)
        return {"due_on": due.isoformat(), "provisional": due.year > 2026, "days": days}


def _desk(app: FastAPI, held: dict[str, dict[str, Any]]) -> None:
    @app.get("/api/requests")
    async def listed(
        state: str = "", overdue: bool = False, due_soon: bool = False, who: Principal = Depends(caller)
    ) -> dict[str, Any]:
        who.require(Role.REGISTRAR, Role.HANDLER, Role.APPROVER, Role.CHIEF)
        rows = [_shown(r) for r in held.values() if state in ("", r["status"])]
        kept = [r for r in rows if (not overdue or r["overdue"]) and (not due_soon or r["due_soon"])]
        return {"items": kept, "next_cursor": None}

    @app.get("/api/requests/{number}/case")
    async def case(number: str, purpose: str = "", who: Principal = Depends(caller)) -> JSONResponse:
        who.require(Role.REGISTRAR, Role.HANDLER, Role.APPROVER)
        if len(purpose.strip()) < 2:
            raise Invalid("查看申请人信息须写明用途（2至200字），查看会被记录", field="purpose")
        request = held.get(number)
        if request is None:
            raise NotFound("没有这件申请")
        _, days = explained(date.fromisoformat(request["received_on"]))
        possible = [
            {"action": action, "label": label, "by": [part]}
            for (state, action), (_, label, part) in MOVES.items()
            if state == request["status"]
        ]
        file = {"texts": request["texts"], "history": request["history"], "explanation": days, "twins": []}
        return versioned(_shown(request) | file | {"possible": possible}, request["version"])

    @app.post("/api/requests/{number}/{action}")
    async def act(number: str, action: str, request: Request, who: Principal = Depends(caller)) -> JSONResponse:
        who.require(Role.REGISTRAR, Role.HANDLER, Role.APPROVER)
        found = held[number]
        move = MOVES.get((found["status"], action))
        if move is None:
            raise Conflict(f"申请 {number} 当前“{STATES[found['status']]}”，不能这样做")
        if request.headers.get("if-match", "").strip('"') != str(found["version"]):
            raise StaleVersion
        if action in ("draft", "return") and not (await request.json()).get("text"):
            raise Invalid("请写明答复或理由", field="text")
        line = {"at": NOW.isoformat(), "on": TODAY.isoformat(), "what": move[1], "actor": who.name}
        found.update(status=move[0], version=found["version"] + 1, history=[*found["history"], line])
        return versioned(_shown(found), found["version"])
