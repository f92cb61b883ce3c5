"""`sunlight reindex`: rebuilding the index beside the live one, and going back."""

import asyncio
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from sunlight.http import Answer, Api, operator
from sunlight.installation import CommandError, Installation

LOOK_AGAIN_SECONDS = 0.5
PATH = "/internal/reindex"
PURPOSES = {"rebuild": "重建", "rollback": "回退"}

Situation = dict[str, Any]
Tell = Callable[[Situation], None]


class Wanted(StrEnum):
    """What one call of the command does."""

    REBUILD = "rebuild"
    STATUS = "status"
    ROLLBACK = "rollback"
    SWAP = "swap"
    CANCEL = "cancel"
    DROP_OLD = "drop-old"


async def reindex(installation: Installation, wanted: Wanted, hold: bool, skip_gate: bool, tell: Tell) -> Situation:
    """Do it, and follow a rebuild or rollback to its end, or to where it is held. Raises CommandError."""
    async with operator(installation) as api:
        if wanted is Wanted.REBUILD:
            await _begin_or_join(api, hold, skip_gate)
        elif wanted is Wanted.ROLLBACK:
            await api.call("POST", "search", f"{PATH}/rollback")
        elif wanted is Wanted.SWAP:
            await api.call("POST", "search", f"{PATH}/release")
        elif wanted is Wanted.CANCEL:
            await api.call("POST", "search", f"{PATH}/cancel")
        elif wanted is Wanted.DROP_OLD:
            await api.call("DELETE", "search", f"{PATH}/previous")
        if wanted in (Wanted.REBUILD, Wanted.ROLLBACK, Wanted.SWAP):
            return await _follow(api, tell)
        found: Situation = await api.get("search", PATH)
        return found


async def _begin_or_join(api: Api, hold: bool, skip_gate: bool) -> None:
    """Begin, or go on with a rebuild that an interrupted command began."""
    try:
        await api.call("POST", "search", PATH, json={"hold": hold, "skip_gate": skip_gate})
    except Answer as answer:
        running = _newest(await api.get("search", PATH))
        if answer.status != 409 or running is None or running["purpose"] != "rebuild" or running["finished_at"]:
            raise


async def _follow(api: Api, tell: Tell) -> Situation:
    while True:
        found: Situation = await api.get("search", PATH)
        tell(found)
        newest = _newest(found)
        if newest is None or newest["step"] == "hold" or newest["finished_at"]:
            break
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    if newest is not None and newest["step"] == "failed":
        raise CommandError(f"{PURPOSES[newest['purpose']]}没有完成，线上索引未受影响：{newest['error']}")
    return found


def _newest(found: Situation) -> dict[str, Any] | None:
    rebuilds: list[dict[str, Any]] = found["rebuilds"]
    return rebuilds[0] if rebuilds else None


def progress_words(found: Situation) -> str:
    """Where the newest rebuild stands, in one line."""
    newest = _newest(found)
    if newest is None:
        return "从未重建"
    share = f" {newest['written']}/{newest['expected']}" if newest["step"] == "fill" else ""
    return f"{PURPOSES[newest['purpose']]} {newest['id']}：{newest['step_label']}{share}"


def situation_words(found: Situation) -> str:
    """Everything an operator wants to know of the indices, line by line."""
    lines = [f"线上索引：{found['live'] or '尚未建立'}"]
    if found["rebuild_needed"]:
        lines.append("需要重建：索引结构已随程序升级而变化，请运行 sunlight reindex")
    lines.append(f"保留的旧索引：{found['previous'] or '无'}")
    if found["next"]:
        lines.append(f"正在建立：{found['next']}")
    lines.append(progress_words(found))
    newest = _newest(found)
    if newest and newest["step"] == "hold":
        lines.append("已核对完毕，等待切换：sunlight reindex --swap")
    return "\n".join(lines)
