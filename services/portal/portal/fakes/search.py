"""Search, invented: substring matching with the shapes of the real answers."""

from html import escape
from typing import Any

from fastapi import FastAPI

from portal.fakes.answers import page, service
from portal.fakes.sample import documents
from shared.kinds import kind_label
from shared.problems import Unavailable

PLAIN_BODY = "县审计局对2025年度县本级预算执行和其他财政收支情况进行了审计，一般公共预算收入完成18.62亿元。"


def marked(text: str, words: str) -> str:
    """The text escaped, with the words in <em>."""
    safe, wanted = escape(text), escape(words)
    return safe.replace(wanted, f"<em>{wanted}</em>") if wanted else safe


def _hit(document: dict[str, Any], q: str) -> dict[str, Any]:
    shown = ("id", "title", "kind", "department", "department_name", "published_at", "validity")
    highlights: dict[str, list[str]] = {"title": [marked(document["title"], q)]} if q else {}
    if q and q in PLAIN_BODY:
        highlights["body"] = [marked(PLAIN_BODY, q)]
    hit = {name: document[name] for name in shown} | {
        "kind_label": kind_label(document["kind"]),
        "url": f"/items/{document['id']}",
        "highlights": highlights,
    }
    if q and document["attachments"]:
        hit["attachment"] = {"id": "f1", "name": document["attachments"][0]["name"]}
        highlights["attachment"] = [marked(f"预算科目明细：{q}", q)]
    return hit


def _facet(found: list[dict[str, Any]], name: str, label: str) -> list[dict[str, Any]]:
    counts: dict[str, int] = {}
    labels: dict[str, str] = {}
    for document in found:
        counts[document[name]] = counts.get(document[name], 0) + 1
        labels[document[name]] = kind_label(document[name]) if name == "kind" else document[label]
    return [{"value": value, "label": labels[value], "count": count} for value, count in counts.items()]


def search(published: dict[str, dict[str, Any]] | None = None) -> FastAPI:
    """`published` may be shared with the invented publishing service."""
    app = service()
    held = documents() if published is None else published
    app.state.away = False
    app.state.published = held

    def matching(q: str) -> list[dict[str, Any]]:
        words = q.strip()
        return [d for d in held.values() if not words or words in d["title"] or words in PLAIN_BODY]

    @app.get("/api/search")
    async def find(
        q: str = "",
        kind: str = "",
        department: str = "",
        year: str = "",
        sort: str = "relevance",
        limit: int = 10,
        cursor: str | None = None,
    ) -> dict[str, Any]:
        if app.state.away:
            raise Unavailable
        everything = matching(q)
        found = [
            d
            for d in everything
            if kind in ("", d["kind"]) and department in ("", d["department"]) and d["published_at"].startswith(year)
        ]
        if sort != "relevance":
            found.sort(key=lambda d: d["published_at"], reverse=sort == "newest")
        years = [{"value": "2026", "label": "2026", "count": len(everything)}] if everything else []
        facets = {
            "kind": _facet(everything, "kind", "kind"),
            "department": _facet(everything, "department", "department_name"),
            "year": years,
        }
        answer = page([_hit(d, q.strip()) for d in found], cursor, limit)
        return {"total": len(found), "facets": {} if cursor else facets, **answer}

    @app.get("/api/suggest")
    async def suggest(q: str = "") -> dict[str, Any]:
        if app.state.away:
            raise Unavailable
        found = [d for d in held.values() if q.strip() in d["title"]]
        return {"items": [{"text": d["title"], "url": f"/items/{d['id']}"} for d in found[:8]]}

    @app.get("/health/fresh")
    async def fresh() -> dict[str, Any]:
        return {"fresh": True, "samples": 128, "p50_seconds": 0.8, "p99_seconds": 2.4, "documents": len(held)}

    return app
