"""What operators ask and do: readiness, freshness, parked messages."""

import asyncio
from typing import Any
from uuid import UUID

from sunlight.http import Answer, Api, operator, public
from sunlight.installation import SERVICES, CommandError, Installation

STATUS_WORDS = {"accepted": "已受理", "duplicate": "重复，未改变", "rejected": "被退回"}


async def status(installation: Installation) -> dict[str, Any]:
    """Readiness of every service, and the index's freshness."""
    async with public(installation) as api:
        rows = await asyncio.gather(*(_ready(api, service) for service in (*SERVICES, "portal")))
        try:
            freshness = await api.get("search", "/health/fresh")
        except Answer as lagging:
            freshness = dict(lagging.problem)
        except CommandError:
            freshness = {}
        try:
            index = await api.get("search", "/health/index")
        except CommandError:
            index = {}
    return {"services": rows, "freshness": freshness, "index": index}


async def _ready(api: Api, service: str) -> dict[str, Any]:
    try:
        await api.get(service, "/health/ready")
    except Answer as missing:
        reasons = missing.problem.get("missing", {})
        return {"service": service, "ready": False, "detail": "，".join(reasons) or str(missing)}
    except CommandError as error:
        return {"service": service, "ready": False, "detail": str(error)}
    return {"service": service, "ready": True, "detail": ""}


def freshness_words(freshness: dict[str, Any]) -> str:
    """The index's freshness as a sentence."""
    if not freshness:
        return "检索：无法得知是否及时"
    words = "检索及时" if freshness.get("fresh") else "检索滞后"
    measured = freshness.get("p50_seconds")
    speed = f"，发布到可检索中位 {measured:.2f} 秒" if measured is not None else ""
    return f"{words}，等待索引 {freshness.get('waiting')} 条{speed}"


def index_words(index: dict[str, Any]) -> str:
    """Whether the index has today's shape, as a sentence; nothing when there is nothing to do."""
    if running := index.get("running"):
        return f"\n索引：{running['step_label']} {running['written']}/{running['expected']}"
    return "\n索引：需要重建，请运行 sunlight reindex" if index.get("rebuild_needed") else ""


async def parked_list(installation: Installation) -> list[dict[str, Any]]:
    """Parked messages of every service, newest first."""
    async with operator(installation) as api:
        answers = await asyncio.gather(*(api.get(service, "/internal/parked") for service in SERVICES))
    rows = [{"service": service, **row} for service, answer in zip(SERVICES, answers, strict=True) for row in answer]
    return sorted(rows, key=lambda row: str(row["parked_at"]), reverse=True)


async def _find(api: Api, message: str) -> tuple[str, dict[str, Any]]:
    for service in SERVICES if _is_uuid(message) else ():
        try:
            return service, await api.get(service, f"/internal/parked/{message}")
        except Answer as answer:
            if answer.status not in (404, 422):
                raise
    raise CommandError(f"没有编号为 {message} 的搁置消息")


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


async def parked_show(installation: Installation, message: str) -> dict[str, Any]:
    """One parked message with headers and body."""
    async with operator(installation) as api:
        service, found = await _find(api, message)
        return {"service": service, **found}


async def parked_settle(installation: Installation, message: str, action: str) -> dict[str, str]:
    """Replay or discard one parked message."""
    async with operator(installation) as api:
        service, _ = await _find(api, message)
        await api.call("POST", service, f"/internal/parked/{message}/{action}")
        return {"service": service, "id": message, "action": action}
