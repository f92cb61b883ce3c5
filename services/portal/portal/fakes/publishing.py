"""Publishing, invented: the public record and a review queue that keeps the two-person rule."""

from datetime import datetime
from typing import Any

from fastapi import Depends, FastAPI, Request, UploadFile
from fastapi.responses import JSONResponse, Response

from portal.console.authoring import preview_html
from portal.fakes.answers import caller, page, service, versioned
from portal.fakes.checks import require_release, with_findings, with_overrides
from portal.fakes.sample import BODY, DEPARTMENTS, NOW, WITHDRAWN, attachment_content, digest, documents
from shared.auth import Principal
from shared.events import now
from shared.problems import Conflict, Invalid, NotAllowed, NotFound, Problem, StaleVersion
from shared.roles import Role

MOVES = {
    ("draft", "submit"): "in_review",
    ("returned", "submit"): "in_review",
    ("in_review", "return"): "returned",
    ("in_review", "approve"): "approved",
    ("approved", "publish"): "published",
    ("approved", "schedule"): "scheduled",
    ("scheduled", "schedule"): "scheduled",
    ("scheduled", "call_off"): "approved",
    ("scheduled", "publish"): "published",
    ("published", "revise"): "draft",
    ("published", "withdraw"): "withdrawn",
}
NEEDED = {"submit": Role.AUTHOR, "revise": Role.AUTHOR, "return": Role.REVIEWER, "approve": Role.APPROVER}
LABELS = {"return": "退回", "withdraw": "撤回"}
NO_ID = "zzz"  # what the real service cannot read as an id


Records = dict[str, dict[str, Any]]


class Withdrawn(Problem):
    status, type, title = 410, "withdrawn", "这份文件已撤回"


def publishing(published: dict[str, dict[str, Any]] | None = None) -> FastAPI:
    """`published` may be shared with the invented search service."""
    app = service()
    held = documents() if published is None else published
    drafts = with_findings(_first_drafts(held))
    app.state.published, app.state.drafts = held, drafts
    app.state.received = set()

    @app.get("/api/documents")
    async def list_documents(
        column: str = "", department: str = "", kind: str = "", limit: int = 20, cursor: str | None = None
    ) -> dict[str, Any]:
        found = [
            d
            for d in held.values()
            if column in ("", d["column"]) and department in ("", d["department"]) and kind in ("", d["kind"])
        ]
        return page(found, cursor, limit)

    @app.get("/api/documents/queue")
    async def queue(
        mine: bool = False, limit: int = 50, cursor: str | None = None, who: Principal = Depends(caller)
    ) -> dict[str, Any]:
        return page([d for d in drafts.values() if _waits(d, who, mine)], cursor, limit)

    @app.get("/api/documents/scheduled", dependencies=[Depends(caller)])
    async def scheduled(limit: int = 50, cursor: str | None = None) -> dict[str, Any]:
        waiting = [d for d in drafts.values() if d["state"] == "scheduled"]
        return page(sorted(waiting, key=lambda draft: str(draft["publish_at"])), cursor, limit)

    @app.get("/api/documents/{key}")
    async def document(key: str) -> dict[str, Any]:
        if key == WITHDRAWN["id"]:
            raise Withdrawn(document=WITHDRAWN)
        if drafts.get(key, {}).get("state") == "withdrawn":
            raise Withdrawn(document=drafts[key])
        if key == NO_ID:
            raise Invalid("id: Input should be a valid UUID")
        if key not in held:
            raise NotFound("没有这份文件")
        return held[key]

    _files(app, held)
    _drafting(app, drafts, held)
    return app


def _files(app: FastAPI, held: Records) -> None:
    @app.get("/api/documents/{key}/attachments/{file}")
    async def attachment(key: str, file: str) -> Response:
        if key not in held or file != "f1":
            raise NotFound("没有这个附件")
        headers = {"Content-Disposition": 'attachment; filename="detail.csv"'}
        return Response(attachment_content(key), headers=headers, media_type="text/csv")

    @app.post("/api/attachments", status_code=201)
    async def keep(file: UploadFile, who: Principal = Depends(caller)) -> dict[str, Any]:
        who.require(Role.AUTHOR)
        content = await file.read()
        if (file.filename or "").endswith(".zip"):
            raise Invalid("不接受压缩包，请逐个上传", field="file")
        kept = {"sha256": digest(content.hex()), "name": file.filename, "size": len(content)}
        return {**kept, "media_type": file.content_type, "text_chars": 12, "extraction": "ok"}


def _first_drafts(held: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """One submitted revision of a published document and one fresh draft."""
    revised = {**held["d01"], "state": "in_review", "version": 3, "author": "author", "author_name": "王撰"}
    revised["body_html"] = BODY.replace("九十日内", "六十日内")
    fresh = {
        "id": "n01",
        "version": 1,
        "state": "draft",
        "title": "关于征求2027年审计项目计划意见的公告",
        "kind": "notice",
        "department": "audit",
        "column": "notices",
        "body_html": "<p>现就2027年审计项目计划公开征求意见。</p>",
        "author": "author",
        "author_name": "王撰",
        "updated_at": NOW.isoformat(),
    }
    return {"d01": {**revised, "updated_at": NOW.isoformat()}, "n01": fresh, **_signed_drafts(fresh)}


def _signed_drafts(fresh: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """One to be published, two planned with the later one first, and one whose plan could not be kept."""
    january = {"state": "scheduled", "publish_at": "2099-01-08T09:00:00+08:00", "scheduled_by": "李审"}
    march = {**january, "publish_at": "2099-03-05T09:00:00+08:00"}
    halted = {"state": "approved", "hindrance": "栏目“notices”已停用或不存在，请改选栏目后重新送审"}
    return {
        key: {**fresh, "id": key, "version": 4, "title": title, **more}
        for key, title, more in (
            ("n02", "2026年第四季度审计结果公告", {"state": "approved"}),
            ("n03", "关于发布2027年审计项目计划的公告", march),
            ("n04", "关于元旦春节期间值班安排的公告", january),
            ("n05", "关于县属企业审计整改情况的通报", halted),
        )
    }


def _waits(draft: dict[str, Any], who: Principal, mine: bool) -> bool:
    if mine or not (who.may(Role.REVIEWER) or who.may(Role.APPROVER)):
        return bool(draft["author"] == who.subject)
    return draft["state"] in ("in_review", "approved")


def _found(drafts: Records, held: Records, key: str) -> dict[str, Any]:
    """The working edition; a published document gets one when staff first look."""
    if key not in drafts and key in held:
        drafts[key] = {**held[key], "state": "published", "author": "author", "author_name": "王撰", "findings": []}
    if key not in drafts:
        raise NotFound("没有这份文件")
    return drafts[key]


def _drafting(app: FastAPI, drafts: Records, held: Records) -> None:
    by_key: dict[str, str] = {}

    @app.post("/api/documents", status_code=201)
    async def create(request: Request, who: Principal = Depends(caller)) -> JSONResponse:
        fields = _rendered(await request.json())
        who.require(Role.AUTHOR, department=fields.get("department"))
        key = request.headers.get("idempotency-key", "")
        document = by_key.setdefault(key, f"n{len(drafts) + 10}")
        about = {"author": who.subject, "author_name": who.name, "updated_at": NOW.isoformat()}
        drafts.setdefault(document, {"id": document, "version": 1, "state": "draft", **fields, **about, "findings": []})
        return versioned(drafts[document], 1, 201)

    @app.get("/api/documents/{key}/draft", dependencies=[Depends(caller)])
    async def draft(key: str) -> JSONResponse:
        found = _found(drafts, held, key)
        return versioned(found, found["version"])

    @app.put("/api/documents/{key}/draft")
    async def save(key: str, request: Request, who: Principal = Depends(caller)) -> JSONResponse:
        who.require(Role.AUTHOR)
        _require_match(request, _found(drafts, held, key))
        drafts[key] |= {**_rendered(await request.json()), "version": drafts[key]["version"] + 1, "findings": []}
        return versioned(drafts[key], drafts[key]["version"])

    @app.get("/api/documents/{key}/history", dependencies=[Depends(caller)])
    async def history(key: str) -> dict[str, Any]:
        found = _found(drafts, held, key)
        first = "receive" if key in app.state.received else "create"
        lines = [{"version": 1, "action": first, "at": NOW.isoformat(), "by": found["author_name"]}]
        if found.get("publish_at"):
            plan = {"by": found["scheduled_by"], "after": {"publish_at": found["publish_at"]}}
            lines.append({"version": 0, "action": "schedule", "at": NOW.isoformat(), **plan})
        return {"items": lines, "next_cursor": None}

    with_overrides(app, drafts)

    @app.post("/api/documents/{key}/{action}")
    async def act(key: str, action: str, request: Request, who: Principal = Depends(caller)) -> JSONResponse:
        document = _found(drafts, held, key)
        words = await request.json() or {}
        note = words.get("note", "")
        _check_act(document, action, note, who)
        _require_match(request, document)
        document |= _plan(action, words, who) | {
            "state": MOVES[(document["state"], action)],
            "version": document["version"] + 1,
        }
        _make_public(document, note, held)
        return versioned(document, document["version"])


def _plan(action: str, words: dict[str, Any], who: Principal) -> dict[str, Any]:
    """The planned moment, which every other step ends."""
    if action != "schedule":
        return {"publish_at": None, "scheduled_by": "", "hindrance": ""}
    if datetime.fromisoformat(words["publish_at"]) <= now():
        raise Invalid("发布时间已过，请填写将来的时间", field="publish_at")
    return {"publish_at": words["publish_at"], "scheduled_by": who.name, "hindrance": ""}


def _rendered(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with the body as HTML, as publishing keeps it."""
    html = fields.get("body_html")
    return fields | {"body_html": preview_html(fields | {"format": "text"}) if html is None else html}


def _make_public(document: dict[str, Any], note: str, held: Records) -> None:
    """Bring the public record in line with the document's new state."""
    if document["state"] == "published":
        names = {"department_name": DEPARTMENTS[document["department"]], "published_at": NOW.isoformat()}
        shown = {name: value for name, value in document.items() if name in held["d12"]}
        held[document["id"]] = held["d12"] | shown | names | {"status": "published"}
    if document["state"] == "withdrawn":
        held.pop(document["id"], None)
        document |= {"withdrawal_reason": note, "withdrawn_at": NOW.isoformat()}


def _check_act(document: dict[str, Any], action: str, note: str, who: Principal) -> None:
    who.require(NEEDED.get(action, Role.APPROVER), department=document["department"])
    if (document["state"], action) not in MOVES:
        raise Conflict("文件当前的状态不允许这样做")
    require_release(document, action)
    if action in LABELS and not note.strip():
        raise Invalid(f"{LABELS[action]}须写明理由", field="note")
    if action == "approve" and document["author"] == who.subject:
        raise NotAllowed("撰写人不能审核自己的文件，请由其他审核人办理")


def _require_match(request: Request, document: dict[str, Any]) -> None:
    if request.headers.get("if-match", "").strip('"') != str(document["version"]):
        raise StaleVersion
