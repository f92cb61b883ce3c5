"""Alerts, invented: four links that work, and a list of what was asked for."""

from typing import Any

from fastapi import FastAPI, Request

from shared.problems import Invalid, NotFound

INSTANT = "有新文件就通知（最多每 10 分钟一封）"
DAILY = "每天早上 8 点汇总成一封"
TO_CONFIRM, CONFIRMED, TO_STOP, STOPPED = "to-confirm", "confirmed", "to-stop", "stopped"


def _alert(state: str) -> dict[str, Any]:
    about = {"description": "“预算”，体裁：预算决算", "params": [["q", "预算"], ["kind", "budget"]]}
    return {"state": state, "frequency": "instant", "frequency_label": INSTANT, **about}


def with_alerts(app: FastAPI) -> None:
    """Let the invented search service answer for alerts; what was asked for stands in `app.state.alerts`."""
    app.state.alerts = []
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
