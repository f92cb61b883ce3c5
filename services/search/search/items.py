"""One published item with what belongs to it: its passages, its versions, and items about the same thing."""

from dataclasses import asdict
from typing import Any

from search.engine import OpenSearchEngine
from search.results import shown, superseded_by
from shared.kinds import kind_label
from shared.passages import split
from shared.validity import VALIDITY_LABELS


async def item_answer(engine: OpenSearchEngine, document: str) -> dict[str, Any]:
    """A published item as indexed. Raises NotFound for an unknown or withdrawn one."""
    item = await engine.item(document)
    return {
        **item,
        "kind_label": kind_label(item["kind"]),
        "validity_label": VALIDITY_LABELS.get(item.get("validity") or ""),
        "url": f"/items/{item['id']}",
        "passages": [asdict(passage) for passage in split(item.get("body") or "")],
        "superseded_by": superseded_by(item),
        "versions": item.get("versions") or [],
    }


async def related_answer(engine: OpenSearchEngine, document: str) -> dict[str, Any]:
    """Items about the same thing. Raises NotFound for an unknown or withdrawn one."""
    hits = await engine.related(await engine.item(document))
    return {"items": [shown(hit["_id"], hit["_source"]) for hit in hits]}
