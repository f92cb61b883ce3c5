"""`sunlight verify-index`: whether publishing's database and the index hold the same."""

from collections import Counter
from typing import Any

from sunlight.http import Api

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
