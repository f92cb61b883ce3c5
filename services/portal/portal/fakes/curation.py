"""The search desk, invented: best bets, vocabulary and a report, kept in memory."""

from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Response
from fastapi.responses import JSONResponse

from portal.fakes.answers import caller, versioned
from shared.auth import Principal
from shared.problems import Invalid, NotFound, StaleVersion, Unavailable
from shared.roles import Role
from shared.web import expected_version

Rows = dict[str, dict[str, Any]]
AT = "2026-11-20T09:30:00+08:00"
BETS: list[dict[str, Any]] = [
    {"queries": ["公积金", "住房公积金"], "title": "住房公积金办事指南", "state": "active", "expires_on": "2027-06-30"},
    {"queries": ["高考"], "title": "2026年普通高考报名公告", "state": "due_soon", "expires_on": "2026-11-30"},
    {"queries": ["春运"], "title": "春运期间加开班次的通告", "state": "expired", "expires_on": "2026-03-01"},
]
TERMS: list[dict[str, Any]] = [
    {"term": "拆迁", "expansions": [{"term": "征收", "weight": 0.9}, {"term": "征地补偿", "weight": 0.6}]},
    {"term": "低保", "expansions": [{"term": "最低生活保障", "weight": 1.0}], "note": "公文用全称"},
    {"term": "一站式", "expansions": []},
]
REPORT: dict[str, Any] = {
    "searches": 1284,
    "zero": 96,
    "queries": 311,
    "top": [
        {"q": "预算", "count": 142, "zero": 0, "clicks": 120, "position": 1.4, "abandoned": 0.155},
        {"q": "公积金提取", "count": 97, "zero": 2, "clicks": 61, "position": 2.8, "abandoned": 0.358},
    ],
    "without_hits": [
        {"q": "放鞭炮", "count": 31, "zero": 31},
        {"q": "两微一端 管理", "count": 12, "zero": 9},
    ],
    "clicks": [{"position": 1, "count": 402}, {"position": 2, "count": 130}, {"position": 3, "count": 61}],
    "index": {
        "documents": 36,
        "tombstones": 1,
        "index": "sunlight-items-4f1c9a02be",
        "fresh": True,
        "p99_seconds": 2.4,
    },
}


def with_curation(app: FastAPI, items: list[dict[str, Any]]) -> None:
    """Add the desk to the invented search; `items` are results to show in a trial."""
    app.state.report = REPORT
    router = APIRouter(prefix="/api/search", dependencies=[Depends(caller)])
    common = {"url": "/items/d01", "owner": "办公室", "version": 1, "changed_at": AT, "changed_by": "editor"}
    bets: Rows = {f"b{n}": {**common, **bet, "id": f"b{n}"} for n, bet in enumerate(BETS)}
    words: Rows = {f"v{n}": {**common, **term, "id": f"v{n}"} for n, term in enumerate(TERMS)}
    _asked(router, app, items)
    for path, rows, named in (("/best-bets", bets, "title"), ("/vocabulary", words, "term")):
        _reading(router, path, rows, named)
        _changing(router, path, rows, named)
    app.include_router(router)


def _asked(router: APIRouter, app: FastAPI, items: list[dict[str, Any]]) -> None:
    @router.get("/report")
    async def report(days: int = 7) -> dict[str, Any]:
        if app.state.away:
            raise Unavailable
        return {**app.state.report, "days": days}

    @router.post("/vocabulary/trial")
    async def trial(body: dict[str, Any]) -> dict[str, Any]:
        if any(not 0 < each.get("weight", 1) <= 1 for each in body["expansions"]):
            raise Invalid("权重须在 0.05 到 1 之间", field="expansions")
        return {"q": body["q"] or body["term"], "before": items[:3], "after": [items[3], *items[1::-1]]}


def _reading(router: APIRouter, path: str, rows: Rows, named: str) -> None:
    @router.get(path)
    async def listed() -> dict[str, Any]:
        return {"items": sorted(rows.values(), key=lambda row: str(row[named])), "next_cursor": None}

    @router.get(path + "/{entry}")
    async def one(entry: str) -> JSONResponse:
        return versioned(_held(rows, entry), rows[entry]["version"])

    @router.get(path + "/{entry}/history")
    async def history(entry: str) -> dict[str, Any]:
        _held(rows, entry)
        record = [{"action": action, "at": AT, "who": "editor"} for action in ("changed", "created")]
        return {"items": record, "next_cursor": None}


def _changing(router: APIRouter, path: str, rows: Rows, named: str) -> None:
    def kept(entry: str, body: dict[str, Any], version: int, who: Principal) -> JSONResponse:
        who.require(Role.CATALOGUE_EDITOR)
        if body[named] == "13800138000":
            raise Invalid(f"“{body[named]}”像是个人信息，不能保存", field=named)
        made = {"id": entry, "version": version, "changed_at": AT, "changed_by": who.subject}
        rows[entry] = {"state": "active", **body, **made}
        return versioned(rows[entry], version, 200 if version > 1 else 201)

    @router.post(path)
    async def create(body: dict[str, Any], who: Principal = Depends(caller)) -> JSONResponse:
        return kept(f"n{len(rows)}", body, 1, who)

    @router.put(path + "/{entry}")
    async def change(
        entry: str, body: dict[str, Any], who: Principal = Depends(caller), expected: int = Depends(expected_version)
    ) -> JSONResponse:
        _held(rows, entry, expected)
        return kept(entry, body, expected + 1, who)

    @router.delete(path + "/{entry}")
    async def delete(entry: str, expected: int = Depends(expected_version)) -> Response:
        _held(rows, entry, expected)
        del rows[entry]
        return Response(status_code=204)


def _held(rows: Rows, entry: str, expected: int | None = None) -> dict[str, Any]:
    if entry not in rows:
        raise NotFound("没有这一条，或它已被删除")
    if expected not in (None, rows[entry]["version"]):
        raise StaleVersion("已被他人修改，请刷新后重试")
    return rows[entry]
