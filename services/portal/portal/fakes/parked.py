"""Parked messages, invented: the operators' endpoints every service has."""

from typing import Any

from fastapi import Depends, FastAPI

from portal.fakes.answers import caller
from portal.fakes.sample import NOW
from shared.auth import Principal
from shared.problems import Conflict, NotFound
from shared.roles import Role

FIRST = "0193b1f0-7a00-7000-8000-000000000001"


def with_parked(app: FastAPI, queue: str, count: int = 0) -> FastAPI:
    """The service with `count` parked messages of this queue."""
    held = {f"{FIRST[:-1]}{place + 1}": _message(f"{FIRST[:-1]}{place + 1}", queue) for place in range(count)}

    def operator(who: Principal = Depends(caller)) -> Principal:
        who.require(Role.OPERATOR)
        return who

    @app.get("/internal/parked")
    async def listed(state: str = "parked", _: Principal = Depends(operator)) -> list[dict[str, Any]]:
        return [message for message in held.values() if message["state"] == state]

    @app.get("/internal/parked/{key}")
    async def show(key: str, _: Principal = Depends(operator)) -> dict[str, Any]:
        if key not in held:
            raise NotFound("没有这条搁置的消息")
        return held[key]

    @app.post("/internal/parked/{key}/{decision}", status_code=204)
    async def settle(key: str, decision: str, who: Principal = Depends(operator)) -> None:
        if held[key]["state"] != "parked":
            raise Conflict("这条消息不存在或已处理")
        held[key] |= {"state": {"replay": "replayed", "discard": "discarded"}[decision], "settled_by": who.subject}

    return app


def _message(key: str, queue: str) -> dict[str, Any]:
    return {
        "id": key,
        "queue": queue,
        "event_id": key,
        "subject": "document/d04",
        "reason": "index refused: mapper_parsing_exception <script>alert(1)</script>",
        "attempts": 5,
        "parked_at": NOW.isoformat(),
        "state": "parked",
        "settled_by": None,
        "headers": {"ce-type": "sunlight.document.published.v1", "ce-source": "publishing"},
        "body": '{"id": "d04", "title": "农村饮水安全工程（二期）中标结果公示"}',
    }
