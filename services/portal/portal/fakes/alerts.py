"""Alerts, invented: four links that work, a list of what was asked for, and the counts staff see."""

from typing import Any

from fastapi import Depends, FastAPI, Request

from portal.fakes.answers import caller
from shared.problems import Invalid, NotFound, Unavailable

INSTANT = "有新文件就通知（最多每 10 分钟一封）"
DAILY = "每天早上 8 点汇总成一封"
COUNTS = {
    **{"offered": True, "active": 214, "pending": 6, "stopped": 17, "unconfirmed": 9, "refused": 2},
    **{"letters_waiting": 3, "letters_sent": 486, "letters_failed": 2},
}
TO_CONFIRM, CONFIRMED, TO_STOP, STOPPED = "to-confirm", "confirmed", "to-stop", "stopped"


def _alert(state: str) -> dict[str, Any]:
    about = {"description": "“预算”，体裁：预算决算", "params": [["q", "预算"], ["kind", "budget"]]}
    return {"state": state, "frequency": "instant", "frequency_label": INSTANT, **about}


def _counted(app: FastAPI) -> None:
    app.state.alert_counts = COUNTS

    @app.get("/internal/alerts", dependencies=[Depends(caller)])
    async def counts() -> dict[str, Any]:
        if app.state.away:
            raise Unavailable
        return dict(app.state.alert_counts)


def with_alerts(app: FastAPI) -> None:
    """Let the invented search service answer for alerts; what was asked for stands in `app.state.alerts`."""
    app.state.alerts = []
    _counted(app)
    states = {TO_CONFIRM: "pending", CONFIRMED: "active"}
    live = {TO_STOP: True, STOPPED: False}

    @app.get("/api/alerts/preview")
    async def preview(request: Request) -> dict[str, Any]:
        pairs = request.query_params.multi_items()
        words = "，".join(value for _, value in pairs) or "全部新公开的文件"
        return {"description": words, "params": pairs, "frequencies": [["instant", INSTANT], ["daily", DAILY]]}

    @app.post("/api/alerts", status_code=202)
    async def subscribe(wanted: dict[str, Any]) -> dict[str, str]:
        if "@" not in wanted["email"]:
            raise Invalid("电子邮箱格式有误，应像 name@example.cn", field="email")
        app.state.alerts.append(wanted)
        return {"status": "accepted"}

    @app.get("/api/alerts/confirm")
    async def to_confirm(token: str = "") -> dict[str, Any]:
        if token not in states:
            raise NotFound("这个链接无效或已过期，请重新订阅")
        return _alert(states[token])

    @app.post("/api/alerts/confirm")
    async def confirm(given: dict[str, str]) -> dict[str, Any]:
        before = await to_confirm(given["token"])
        states[given["token"]] = "active"
        return before

    @app.get("/api/alerts/subscription")
    async def to_stop(token: str = "") -> dict[str, Any]:
        if token not in live:
            raise NotFound("这个链接无效或已过期，请重新订阅")
        return {"stopped": not live[token], **(_alert("active") if live[token] else {})}

    @app.post("/api/alerts/stop")
    async def stop(token: str) -> dict[str, bool]:
        await to_stop(token)
        live[token] = False
        return {"stopped": True}
