"""Search, invented: substring matching with the shapes of the real answers, and every state of the results page."""

from collections.abc import Callable
from html import escape
from typing import Any

from fastapi import Depends, FastAPI, Request
from starlette.datastructures import QueryParams

from portal.fakes.answers import PEOPLE, caller, page, service
from portal.fakes.law import ANSWER, VERSIONS
from portal.fakes.sample import COLUMNS, DEPARTMENTS, documents
from portal.wording import status_of
from shared.kinds import kind_label
from shared.problems import Invalid, NotFound, Unavailable

PLAIN_BODY = "县审计局对2025年度县本级预算执行和其他财政收支情况进行了审计，一般公共预算收入完成18.62亿元。"
KNOWN = {
    *("q", "kind", "department", "column", "year", "validity", "catalogue_item", "from", "to"),
    *("has_attachment", "exact", "explain", "sort", "limit", "cursor"),
}
DEPTH = 40
MEANT = {"予算": "预算", "预算公": "预算公开"}  # offered
CERTAIN = {"审记": "审计"}  # taken for what was typed, unless it is to be exact
PARTIAL = "部分超时"  # a query that is answered by a part of the index only
READ = {"公路养护费怎么出": ("养护", ["怎么", "出"], {"养护费": ["养护经费"]})}
PINYIN = {"ysgk": "预算公开", "bumenyusuan": "2026年部门预算公开"}
BEST = {"title": "三公经费一张表", "url": "/columns/budget", "summary": "各部门三公经费预算和决算汇总"}
NAMES = {"department": DEPARTMENTS, "column": {column["code"]: column["name"] for column in COLUMNS}}

REINDEX: dict[str, Any] = {
    "live": "sunlight-items-4f1c9a02be",
    "rebuild_needed": False,
    "rebuilds": [{"step": "fill", "step_label": "写入全部文件", "written": 36240, "expected": 141275}],
}
REPAIRS: dict[str, Any] = {
    "labels": {"missing": "缺失", "stale": "版本不符", "extra": "多余", "content": "内容不符"},
    "totals": {"missing": 3, "content": 1},
    "open": [{"kind": "stale"}],
    "last_look": {"looked_at": "2026-11-20T09:30:00+08:00"},
}

Document = dict[str, Any]


def marked(text: str, words: str) -> str:
    """The text escaped, with the words in <em>."""
    safe, wanted = escape(text), escape(words)
    return safe.replace(wanted, f"<em>{wanted}</em>") if wanted else safe


def plain(document: Document) -> str:
    return str(document["body"] or PLAIN_BODY)


def _hit(document: Document, q: str, explained: bool) -> dict[str, Any]:
    shown = ("id", "title", "kind", "department", "department_name", "published_at", "issued_on", "validity")
    highlights: dict[str, list[str]] = {"title": [marked(document["title"], q)]} if q else {}
    if q and q in plain(document):
        highlights["body"] = [marked(plain(document)[:120], q)]
    hit = {name: document[name] for name in shown} | {
        "kind_label": kind_label(document["kind"]),
        "document_number": document["document_number"],
        "url": f"/items/{document['id']}",
        "highlights": highlights,
        "passage": _passage(document, q),
        **_chain(document["id"]),
    }
    if q and document["attachments"]:
        hit["attachment"] = {"id": "f1", "name": document["attachments"][0]["name"], "page": 3}
        highlights["attachment"] = [marked(f"预算科目明细：{q}", q)]
    if explained:
        matched = [("标题", 8.1), ("正文", 3.2)]
        hit["why"] = {
            "score": 11.3,
            "matched": [{"field": name, "words": [q], "score": score} for name, score in matched],
            "named": [],
        }
    return hit


def _passage(document: Document, q: str) -> dict[str, str] | None:
    if not q or q not in ANSWER or ANSWER not in plain(document):
        return None
    return {
        "anchor": "a70",
        "label": "第七十条",
        "heading": "第六章 法律责任",
        "text": marked(ANSWER, q),
        "url": f"/items/{document['id']}#a70",
    }


def _chain(key: str) -> dict[str, Any]:
    newest, *older = ({**version, "url": f"/items/{version['id']}"} for version in VERSIONS)
    if key == newest["id"]:
        return {"superseded_by": None, "versions": older}
    return {"superseded_by": newest if key in {each["id"] for each in older} else None, "versions": []}


def _value(document: Document, name: str) -> str:
    return str(document["published_at"])[:4] if name == "year" else str(document[name])


def _label(name: str, value: str) -> str:
    if name in NAMES:
        return str(NAMES[name].get(value, value))
    return kind_label(value) if name == "kind" else status_of(value).word if name == "validity" else value


def _facet(found: list[Document], name: str) -> list[dict[str, Any]]:
    counts: dict[str, int] = {}
    for document in found:
        counts[_value(document, name)] = counts.get(_value(document, name), 0) + 1
    return [{"value": value, "label": _label(name, value), "count": count} for value, count in counts.items()]


def _matching(held: dict[str, Document], q: str) -> list[Document]:
    return [d for d in held.values() if not q or q in d["title"] or q in plain(d)]


def _narrowed(found: list[Document], given: QueryParams, but: str = "") -> list[Document]:
    """Those that meet every condition given, except one for the counts of that condition's own facet."""
    for name in ("kind", "department", "column", "year", "validity"):
        chosen = given.getlist(name)
        if chosen and name != but:
            found = [d for d in found if _value(d, name) in chosen]
    begin, end = given.get("from", ""), given.get("to", "9999")
    found = [d for d in found if begin <= d["published_at"][:10] <= end]
    return [d for d in found if d["attachments"]] if given.get("has_attachment") == "true" else found


def _checked(given: QueryParams) -> str:
    """The words. Refuses what the real service refuses."""
    unknown = [name for name in given if name not in KNOWN]
    if unknown:
        raise Invalid(f"没有名为“{unknown[0]}”的检索条件", field=unknown[0])
    if given.get("cursor", "0").isdigit() is False:
        raise Invalid("翻页标记无效，请从第一页重新开始", field="cursor")
    return given.get("q", "").strip()


def _understood(q: str, exact: bool) -> tuple[str, dict[str, Any]]:
    """The words searched for, and what the answer says about them."""
    if not exact and q in CERTAIN:
        return CERTAIN[q], {"reading": {"dropped": [], "expanded": {}, "corrected": CERTAIN[q]}}
    if exact or q not in READ:
        return q, {"did_you_mean": MEANT.get(q), "reading": {"dropped": [], "expanded": {}, "corrected": None}}
    words, dropped, expanded = READ[q]
    return words, {"did_you_mean": None, "reading": {"dropped": dropped, "expanded": expanded, "corrected": None}}


def _answer(held: dict[str, Document], given: QueryParams, explained: bool) -> dict[str, Any]:
    q, about = _understood(_checked(given), given.get("exact") == "1")
    partial = q == PARTIAL
    everything = _matching(held, "" if partial else q)
    found = _narrowed(everything, given)
    if given.get("sort", "relevance") != "relevance":
        found.sort(key=lambda d: d["published_at"], reverse=given["sort"] == "newest")
    limit, cursor = int(given.get("limit", "10")), given.get("cursor")
    hits = [_hit(d, q, explained) for d in _folded(found)]
    listed = page(hits[:DEPTH], cursor, limit)
    facets = {
        name: _facet(_narrowed(everything, given, name), name)
        for name in ("kind", "department", "column", "year", "validity")
    }
    facets["has_attachment"] = [{"value": "true", "count": sum(bool(d["attachments"]) for d in found)}]
    best = [{**BEST, "owner": "finance", "owner_name": "财政局"}] if q == "预算" and not cursor else []
    shown = {"total": len(found), "facets": {} if cursor else facets, "truncated": _is_cut(hits, listed)}
    answer = {**shown, **listed, **about, "best_bets": best, "partial": partial}
    return answer if found else answer | {"help": _help(held, q)}


def _is_cut(hits: list[dict[str, Any]], listed: dict[str, Any]) -> bool:
    return len(hits) > DEPTH and listed["next_cursor"] is None


def _folded(found: list[Document]) -> list[Document]:
    """Older versions stand with the newest when that one is here."""
    ids = {document["id"] for document in found}
    older = {version["id"] for version in VERSIONS[1:]}
    return [d for d in found if d["id"] not in older or VERSIONS[0]["id"] not in ids]


def _help(held: dict[str, Document], q: str) -> dict[str, Any]:
    totals = [(word, len(_matching(held, word))) for word in q.split() if word != q]
    queries = [{"q": word, "total": total} for word, total in totals if total]
    return {"queries": queries, "without_filters": len(_matching(held, q)), "request_url": "/requests/new"}


def _suggestions(held: dict[str, Document], typed: str) -> list[dict[str, str]]:
    q = PINYIN.get(typed, typed)
    titles = [d for d in held.values() if q in d["title"]]
    numbers = [d for d in held.values() if q in (d["document_number"] or "")]
    found = [{"text": d["title"], "url": f"/items/{d['id']}", "type": "title"} for d in titles[:4]]
    found += [
        {"text": f"{d['document_number']} {d['title']}", "url": f"/items/{d['id']}", "type": "number"}
        for d in numbers[:2]
    ]
    for kind, path in (("department", "/search?department="), ("column", "/columns/")):
        names = NAMES[kind].items()
        found += [{"text": name, "url": f"{path}{code}", "type": kind} for code, name in names if q in name][:2]
    popular = [{"text": text, "url": "", "type": "popular"} for text in ("预算公开", "审计结果") if q in text]
    return found + popular


def search(published: dict[str, Document] | None = None) -> FastAPI:
    """`published` may be shared with the invented publishing service."""
    app = service()
    held = documents() if published is None else published
    app.state.away = False
    app.state.published = held

    def present() -> None:
        if app.state.away:
            raise Unavailable

    @app.get("/api/search")
    async def find(request: Request) -> dict[str, Any]:
        present()
        known = request.headers.get("authorization", "").removeprefix("Bearer token-") in PEOPLE
        return _answer(held, request.query_params, explained=known and "explain" in request.query_params)

    @app.get("/api/suggest")
    async def suggest(q: str = "") -> dict[str, Any]:
        present()
        return {"items": _suggestions(held, q.strip())[:10]}

    @app.get("/health/fresh")
    async def fresh() -> dict[str, Any]:
        return {"fresh": True, "samples": 128, "p50_seconds": 0.8, "p99_seconds": 2.4, "documents": len(held)}

    app.state.reindex, app.state.repairs = REINDEX, REPAIRS
    _items(app, held, present)
    _operations(app, present)
    return app


def _operations(app: FastAPI, present: Callable[[], None]) -> None:
    @app.get("/internal/reindex", dependencies=[Depends(caller)])
    async def reindex() -> dict[str, Any]:
        present()
        return dict(app.state.reindex)

    @app.get("/internal/repairs", dependencies=[Depends(caller)])
    async def repairs() -> dict[str, Any]:
        present()
        return dict(app.state.repairs)


def _items(app: FastAPI, held: dict[str, Document], present: Callable[[], None]) -> None:
    @app.get("/api/items/{key}")
    async def item(key: str) -> dict[str, Any]:
        present()
        if key not in held:
            raise NotFound("没有这份文件")
        return _hit(held[key], "", False)

    @app.get("/api/items/{key}/related")
    async def related(key: str) -> dict[str, Any]:
        present()
        if key not in held:
            raise NotFound("没有这份文件")
        near = [d for d in held.values() if d["id"] != key and d["column"] == held[key]["column"]]
        return {"items": [_hit(d, "", False) for d in near[:5]]}
