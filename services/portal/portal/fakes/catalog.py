"""The catalogue, invented: columns, one edition, a few obligations."""

from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse

from portal.fakes.answers import caller, page, service, versioned
from portal.fakes.sample import COLUMNS, DEPARTMENTS, documents
from shared.auth import Principal
from shared.problems import NotFound, StaleVersion
from shared.roles import Role

_ITEMS = [
    ("c01", "1-1", "机关职能与机构设置", "机构概况", "职能、机构、地址、联系方式、负责人", False),
    ("c02", "2-1", "规范性文件及解读", "政策文件", "文件全文、解读、有效性", False),
    ("c03", "3-1", "部门预算", "财政资金", "预算表、三公经费、机关运行经费", True),
    ("c04", "3-2", "部门决算", "财政资金", "决算表、绩效评价", True),
    ("c05", "4-1", "重大建设项目批准服务", "重大建设项目", "申报要求、材料、批准流程", True),
    ("c06", "4-2", "重大建设项目招标投标", "重大建设项目", "招标公告、中标结果", True),
    ("c07", "5-1", "审计结果公告", "审计监督", "审计结果、整改情况", False),
    ("c08", "6-1", "建议提案办理答复", "建议提案", "答复全文", False),
]
_OBLIGATIONS = [
    ("o1", "编制主动公开基本目录", "2018年底前", "2018-12-31", "met", ["政府办公室"]),
    ("o2", "部门预算批复后20日内公开", "批复后20日内", "2026-02-28", "met", ["财政局"]),
    ("o3", "重大建设项目中标结果公开", "7个工作日内", "2026-11-26", "due_soon", ["自然资源局"]),
    ("o4", "政府网站栏目管理", "长期坚持", None, "open", []),
    ("o5", "年度审计结果公告", "2026年10月底前", "2026-10-31", "overdue", ["审计局"]),
]


def _item(row: tuple[str, str, str, str, str, bool]) -> dict[str, Any]:
    key, number, name, level1, elements, key_area = row
    held = [d for d in documents().values() if key in d["catalogue_items"]]
    return {
        "id": key,
        "edition": 2,
        "number": number,
        "name": name,
        "level1": level1,
        "level2": name,
        "content_elements": elements,
        "legal_basis": "《中华人民共和国政府信息公开条例》第二十条",
        "disclosing_body": "各有关部门",
        "raw_deadline": "自信息形成或者变更之日起20个工作日内",
        "column": "budget" if level1 == "财政资金" else None,
        "key_area": key_area,
        "documents": [{"id": d["id"], "title": d["title"]} for d in held],
    }


def catalog() -> FastAPI:
    app = service()
    columns: dict[str, dict[str, Any]] = {
        c["code"]: {**c, "department": "government_office", "active": True, "version": 1, "max_silence_days": 30}
        for c in COLUMNS
    }  # fmt: skip
    items = [_item(row) for row in _ITEMS]
    about = {"title": "主动公开基本目录（2026年版）", "department": "government_office"}

    @app.get("/api/columns")
    async def list_columns() -> dict[str, Any]:
        return {"items": list(columns.values()), "next_cursor": None}

    @app.put("/api/columns/{code}")
    async def put_column(code: str, request: Request, who: Principal = Depends(caller)) -> JSONResponse:
        who.require(Role.CATALOGUE_EDITOR)
        version = columns.get(code, {"version": 0})["version"]
        _require_match(request, version)
        columns[code] = {"code": code, **columns.get(code, {}), **await request.json(), "version": version + 1}
        return versioned(columns[code], version + 1)

    @app.get("/api/catalogue")
    async def current() -> dict[str, Any]:
        return {"edition": 2, "published_on": "2026-03-01", "items": items, **about}

    @app.get("/api/catalogue/editions")
    async def editions() -> dict[str, Any]:
        drafts = {
            "edition": 3,
            "title": "主动公开基本目录（草案）",
            "status": "draft",
            "status_label": "草稿",
            "version": 1,
            "items": len(items),
            "department": "government_office",
        }
        in_force = {
            "edition": 2,
            "published_on": "2026-03-01",
            "status": "published",
            "status_label": "现行",
            "version": 2,
            "items": len(items),
        }
        return {"items": [drafts, {**in_force, **about}], "next_cursor": None}

    @app.get("/api/catalogue/editions/{number}")
    async def edition(number: int) -> dict[str, Any]:
        return {"edition": number, "published_on": None, "items": items, **about}

    @app.post("/api/catalogue/editions/{number}/publish")
    async def publish(number: int, request: Request, who: Principal = Depends(caller)) -> dict[str, Any]:
        who.require(Role.CATALOGUE_EDITOR)
        _require_match(request, 1)
        return {"edition": number, "status": "published"}

    @app.get("/api/catalogue/items/{item_id}")
    async def item(item_id: str) -> dict[str, Any]:
        for found in items:
            if found["id"] == item_id:
                return found
        raise NotFound("目录中没有这一项")

    _obligations(app)
    return app


def _obligations(app: FastAPI) -> None:
    held: dict[str, dict[str, Any]] = {
        key: {
            "id": key,
            "title": title,
            "source": "2018年度政务公开工作实施方案",
            "responsible": responsible,
            "raw_term": term,
            "due_on": due,
            "state": state,
            "department": "government_office",
            "state_label": {"open": "进行中", "overdue": "已逾期", "met": "已完成", "due_soon": "即将到期"}[state],
            "term_explained": f"按“{term}”解释",
            "defects": [] if responsible else [{"code": "nobody_responsible", "message": "没有责任部门，请指定"}],
            "version": 1,
        }
        for key, title, term, due, state, responsible in _OBLIGATIONS
    }
    app.state.obligations = held

    @app.get("/api/obligations")
    async def obligations(
        state: str = "", department: str = "", limit: int = 100, cursor: str | None = None
    ) -> dict[str, Any]:
        found = [
            o for o in held.values() if state in ("", o["state"]) and (not department or department in o["responsible"])
        ]
        return page(found, cursor, limit)

    @app.get("/api/obligations/{key}")
    async def obligation(key: str) -> JSONResponse:
        if key not in held:
            raise NotFound(f"没有任务“{key}”")
        return versioned(held[key], held[key]["version"])

    @app.put("/api/obligations/{key}")
    async def put_obligation(key: str, request: Request, who: Principal = Depends(caller)) -> JSONResponse:
        who.require(Role.CATALOGUE_EDITOR, Role.SUPERVISOR)
        version = held.get(key, {"version": 0})["version"]
        _require_match(request, version)
        body = await request.json()
        held[key] = {"id": key, **held.get(key, {}), **body, "version": version + 1, "defects": []}
        return versioned(held[key], version + 1)

    @app.get("/api/coverage")
    async def coverage(by: str = "department") -> dict[str, Any]:
        rows = [
            {"key": code, "name": name, "fulfilled": 8 - place, "due": 9, "overdue": place % 2, "never": 1}
            for place, (code, name) in enumerate(DEPARTMENTS.items())
        ]
        return {"items": rows, "by": by}


def _require_match(request: Request, version: int) -> None:
    given = request.headers.get("if-match", "").strip('"')
    if version and given != str(version):
        raise StaleVersion
