"""Supervision, invented: a small ledger and its counts."""

from typing import Any

from fastapi import Depends, FastAPI

from portal.fakes.answers import caller, page, service
from portal.fakes.sample import NOW
from shared.auth import Principal, Role

LEDGER: list[dict[str, Any]] = [
    {"id": "o5", "title": "年度审计结果公告", "state": "overdue", "responsible": ["audit"], "raw_term": "2026年10月底前", "due_on": "2026-10-31", "days_late": 23},
    {"id": "o3", "title": "重大建设项目中标结果公开", "state": "due_soon", "responsible": ["natural_resources"], "raw_term": "7个工作日内", "due_on": "2026-11-26"},
    {"id": "o4", "title": "政府网站栏目管理", "state": "open", "responsible": [], "raw_term": "长期坚持"},
    {"id": "o2", "title": "部门预算批复后20日内公开", "state": "met", "responsible": ["finance"], "raw_term": "批复后20日内", "due_on": "2026-02-28", "met_on": "2026-02-20", "evidence": ["d02"]},
]  # fmt: skip


def supervision() -> FastAPI:
    app = service()

    @app.get("/api/supervision/summary")
    async def summary() -> dict[str, Any]:
        return {
            "as_of": NOW.isoformat(),
            "documents": {"published": 12876, "withdrawn": 3},
            "obligations": {"met": 42, "met_late": 3, "open": 14, "due_soon": 2, "overdue": 1},
            "columns": {"fresh": 21, "warning": 2, "stale": 1, "blank": 0},
            "requests": {"received": 64, "open": 9, "due_soon": 2, "overdue": 0, "closed": 55},
        }

    @app.get("/api/supervision/obligations")
    async def obligations(
        state: str = "", cursor: str | None = None, who: Principal = Depends(caller)
    ) -> dict[str, Any]:
        who.require(Role.SUPERVISOR, Role.CHIEF)
        return page([row for row in LEDGER if state in ("", row["state"])], cursor, 50)

    @app.get("/api/supervision/columns")
    async def columns() -> dict[str, Any]:
        return {
            "items": [
                {"code": "news", "name": "工作动态", "department": "audit", "silent_days": 41, "max_silence_days": 14, "state": "stale"},
                {"code": "budget", "name": "预算决算", "department": "finance", "silent_days": 12, "max_silence_days": 365, "state": "fresh", "last_published_at": NOW.isoformat()},
            ]
        }  # fmt: skip

    @app.get("/api/supervision/requests")
    async def requests(who: Principal = Depends(caller)) -> dict[str, Any]:
        who.require(Role.SUPERVISOR, Role.CHIEF)
        return {"received": 64, "open": 9, "due_soon": 2, "overdue": 0, "closed": 55}

    return app
