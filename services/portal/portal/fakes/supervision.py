"""Supervision, invented: a small ledger and its counts."""

from collections import Counter
from typing import Any

from fastapi import Depends, FastAPI

from portal.fakes.answers import caller, page, service
from portal.fakes.sample import DEPARTMENTS, NOW, TODAY
from shared.auth import Principal
from shared.roles import Role

READERS = (Role.SUPERVISOR, Role.CHIEF, Role.CATALOGUE_EDITOR, Role.OPERATOR, Role.ADMIN)
LABELS = {"open": "未到期", "due_soon": "即将到期", "overdue": "已逾期", "met": "按期完成", "met_late": "逾期完成"}
FRESHNESS = {"fresh": "更新及时", "warn": "临近时限", "stale": "超期未更新", "blank": "空白栏目"}
LEDGER: list[dict[str, Any]] = [
    {
        "id": "o5",
        "title": "年度审计结果公告",
        "state": "overdue",
        "responsible": ["审计局"],
        "raw_term": "2026年10月底前",
        "due_on": "2026-10-31",
        "days_late": 23,
    },
    {
        "id": "o3",
        "title": "重大建设项目中标结果公开",
        "state": "due_soon",
        "responsible": ["自然资源局"],
        "raw_term": "7个工作日内",
        "due_on": "2026-11-26",
    },
    {
        "id": "o4",
        "title": "政府网站栏目管理",
        "state": "open",
        "raw_term": "长期坚持",
        "defects": ["没有责任部门，请指定"],
    },
    {
        "id": "o2",
        "title": "部门预算批复后20日内公开",
        "state": "met",
        "responsible": ["财政局"],
        "raw_term": "批复后20日内",
        "due_on": "2026-02-28",
        "met_on": "2026-02-20",
        "evidence": ["d02"],
    },
]
COLUMNS: list[dict[str, Any]] = [
    {
        "code": "news",
        "name": "工作动态",
        "department": "audit",
        "department_name": "审计局",
        "silent_days": 41,
        "max_silence_days": 14,
        "state": "stale",
    },
    {
        "code": "budget",
        "name": "预算决算",
        "department": "finance",
        "department_name": "财政局",
        "silent_days": 12,
        "max_silence_days": 365,
        "state": "fresh",
        "last_published_at": NOW.isoformat(),
    },
]
REQUESTS: list[dict[str, Any]] = [
    {
        "id": "2026-audit-00003",
        "title": "依申请公开 2026-audit-00003",
        "state": "overdue",
        "responsible": ["审计局"],
        "due_on": "2026-10-22",
        "days_late": 32,
    }
]


def _reader(who: Principal = Depends(caller)) -> Principal:
    who.require(*READERS)
    return who


def _listed(rows: list[dict[str, Any]], labels: dict[str, str], state: str, cursor: str | None) -> dict[str, Any]:
    shown = [row | {"state_label": labels[row["state"]]} for row in rows if state in ("", row["state"])]
    counts = dict.fromkeys(labels, 0) | Counter(row["state"] for row in rows)
    return {**page(shown, cursor, 50), "counts": counts, "as_of": TODAY.isoformat()}


def supervision() -> FastAPI:
    app = service()

    @app.get("/api/supervision/summary")
    async def summary() -> dict[str, Any]:
        figures = {
            "obligations": {"open": 14, "due_soon": 2, "overdue": 1, "met": 42, "met_late": 3, "waived": 0},
            "columns": {"fresh": 21, "warn": 2, "stale": 1, "blank": 0},
            "requests": {"open": 7, "due_soon": 2, "overdue": 1, "met": 52, "met_late": 2, "waived": 0},
        }
        rows = [{"code": code, "name": name, **figures} for code, name in DEPARTMENTS.items()]
        return {"as_of": TODAY.isoformat(), "obligations_with_defects": 1, "departments": rows, **figures}

    @app.get("/api/supervision/obligations", dependencies=[Depends(_reader)])
    async def obligations(state: str = "", cursor: str | None = None) -> dict[str, Any]:
        return _listed(LEDGER, LABELS, state, cursor)

    @app.get("/api/supervision/columns", dependencies=[Depends(_reader)])
    async def columns(state: str = "", cursor: str | None = None) -> dict[str, Any]:
        return _listed(COLUMNS, FRESHNESS, state, cursor)

    @app.get("/api/supervision/requests", dependencies=[Depends(_reader)])
    async def requests(state: str = "", cursor: str | None = None) -> dict[str, Any]:
        return _listed(REQUESTS, LABELS, state, cursor)

    return app
