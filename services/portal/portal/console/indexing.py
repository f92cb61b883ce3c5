"""The search index as operators see it: is it the record, is it being rebuilt."""

import asyncio
from collections import Counter
from typing import Any

from portal.clients.operations import IndexState, Repairs, index_repairs, index_state
from portal.clients.search import Search
from portal.refusals import ServiceAway
from portal.wording import moment, number


async def index_shown(search: Search, token: str) -> dict[str, Any] | None:
    """What the operations page says of the index; None while search is away."""
    try:
        state, repairs = await asyncio.gather(index_state(search, token), index_repairs(search, token))
    except ServiceAway:
        return None
    latest = state.rebuilds[0] if state.rebuilds else None
    return {
        "rebuild_needed": state.rebuild_needed,
        "running": latest if latest and latest.finished_at is None else None,
        "facts": _facts(state, repairs),
        "differences": _differences(repairs),
        "open": len(repairs.open),
    }


def _facts(state: IndexState, repairs: Repairs) -> list[tuple[str, str]]:
    latest = state.rebuilds[0] if state.rebuilds else None
    last = ""
    if latest and latest.finished_at:
        last = f"{moment(latest.finished_at)}，{latest.step_label}{f'：{latest.error}' if latest.error else ''}"
    return [
        ("当前索引", state.live or "还没有"),
        ("上次重建", last),
        ("最近核对", moment(repairs.last_look.looked_at) if repairs.last_look else "尚未核对"),
    ]


def _differences(repairs: Repairs) -> list[dict[str, Any]]:
    """Every kind of difference: how many wait to be mended, how many were."""
    still = Counter(each.kind for each in repairs.open)
    return [
        {"kind": label, "open": number(still[kind]), "mended": number(repairs.totals.get(kind, 0))}
        for kind, label in repairs.labels.items()
    ]
