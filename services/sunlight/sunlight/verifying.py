"""`sunlight verify-index`: whether publishing's database and the index hold the same."""

from collections import Counter
from typing import Any

from sunlight.http import Api

KINDS = {"missing": "缺失", "stale": "版本不符", "extra": "多余", "content": "内容不符"}
RECENT = 20

Digest = dict[str, tuple[int, str, str]]
PAGE = 1000


async def read_digest(api: Api, service: str) -> Digest:
    """(version, content hash, status) of every public document, by id."""
    found: Digest = {}
    after = ""
    while True:
        position = {"after": after} if after else {}
        page = await api.get(service, "/internal/digest", limit=PAGE, **position)
        for item in page["items"]:
            found[item["id"]] = (item["version"], item["content_hash"], item["status"])
        if not page["items"] or not page.get("next"):
            return found
        after = page["next"]


def compare(published: Digest, indexed: Digest) -> dict[str, Any]:
    """Counts of both sides and the ids that differ, by kind of difference."""
    missing = sorted(published.keys() - indexed.keys())
    extra = sorted(indexed.keys() - published.keys())
    shared = published.keys() & indexed.keys()
    stale = sorted(key for key in shared if indexed[key][0] != published[key][0])
    different = sorted(key for key in shared if indexed[key][0] == published[key][0] and indexed[key] != published[key])
    statuses = Counter(status for _, _, status in published.values())
    return {
        "equal": not (missing or extra or stale or different),
        "published": len(published),
        "indexed": len(indexed),
        "by_status": dict(statuses),
        "missing": missing,
        "extra": extra,
        "stale": stale,
        "different": different,
    }


async def verify(api: Api) -> dict[str, Any]:
    """The comparison now, and what reconciliation has found and mended so far."""
    await api.call("POST", "search", "/internal/refresh")
    compared = compare(await read_digest(api, "publishing"), await read_digest(api, "search"))
    return {**compared, "repairs": await api.get("search", "/internal/repairs", limit=RECENT)}


def repair_words(repairs: dict[str, Any]) -> str:
    """What reconciliation did, in one line."""
    counts = "，".join(f"{KINDS.get(kind, kind)} {count}" for kind, count in sorted(repairs["totals"].items()))
    look = repairs["last_look"]
    last = f"；最近核对 {look['looked_at'][:19]}" if look else "；尚未核对"
    still = f"；尚未修复 {len(repairs['open'])} 处" if repairs["open"] else ""
    return f"90 天内自动修复：{counts or '无'}{last}{still}"
