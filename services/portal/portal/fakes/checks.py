"""Automatic checks, invented: one draft with findings, and the rule that a block stands until someone else decides."""

from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse

from portal.fakes.answers import caller, versioned
from portal.fakes.sample import NOW
from shared.auth import Principal
from shared.problems import Conflict, Invalid, NotFound, StaleVersion
from shared.roles import Role

REVIEWERS = (Role.REVIEWER, Role.SECRECY_REVIEWER, Role.APPROVER)


def with_findings(drafts: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The drafts, clean as checks see them, and one more that is not."""
    return {**{key: {"findings": []} | draft for key, draft in drafts.items()}, "k01": _held_draft()}


def _held_draft() -> dict[str, Any]:
    """A list of names as a department sent it, with a number that must not be public."""
    return {
        "id": "k01",
        "version": 1,
        "state": "in_review",
        "title": "关于2026年临时救助对象的公示",
        "kind": "notice",
        "department": "audit",
        "column": "notices",
        "body_html": "<p>经审核，拟对王某（身份证号35*************123）等31人给予临时救助，现予公示。</p>",
        "author": "author",
        "author_name": "王撰",
        "updated_at": NOW.isoformat(),
        "findings": _findings(),
    }


def _findings() -> list[dict[str, Any]]:
    number = "请删除，或遮蔽为 35*************123"
    phone = "如为个人号码，请删除或遮蔽为 138****1234；如为对外联系电话，请注明“联系电话”“咨询电话”等用途"
    return [
        _finding("f1", "block", "居民身份证号码", "正文", 14, "…王某（身份证号35*************123）等31人给予…", number),
        _finding("f2", "block", "居民身份证号码", "附件“名单.xlsx”", 0, "王某 35*************123 138****1234", number),
        _finding("f3", "warn", "个人手机号码", "附件“名单.xlsx”", 22, "…*123 138****1234", phone) | {"count": 31},
    ]


def _finding(
    key: str, severity: str, label: str, where: str, offset: int, excerpt: str, suggestion: str
) -> dict[str, Any]:
    about = {"id": key, "severity": severity, "label": label, "where": where, "offset": offset}
    return {**about, "excerpt": excerpt, "message": f"疑似{label}", "suggestion": suggestion, "override": None}


def standing(draft: dict[str, Any]) -> list[dict[str, Any]]:
    """Findings that block and that nobody has let pass."""
    found = draft.get("findings") or []
    return [each for each in found if each["severity"] == "block" and not each["override"]]


def require_release(draft: dict[str, Any], action: str) -> None:
    if action in ("submit", "approve") and standing(draft):
        first = standing(draft)[0]
        raise Conflict(f"自动检查发现不得公开的内容：{first['where']}中“{first['excerpt']}”")


def with_overrides(app: FastAPI, drafts: dict[str, dict[str, Any]]) -> None:
    @app.post("/api/documents/{key}/overrides")
    async def override(key: str, request: Request, who: Principal = Depends(caller)) -> JSONResponse:
        if key not in drafts:
            raise NotFound("没有这份文件")
        draft, said = drafts[key], await request.json()
        who.require(*REVIEWERS, department=draft["department"])
        if request.headers.get("if-match", "").strip('"') != str(draft["version"]):
            raise StaleVersion
        if draft["author"] == who.subject:
            raise Conflict("撰稿人不得放行自己文件的检查结果，请由其他审核人说明理由放行")
        if not said["note"].strip():
            raise Invalid("放行检查结果须说明理由", field="note")
        for each in draft["findings"]:
            if each["id"] in said["findings"]:
                each["override"] = {"by": who.name, "at": NOW.isoformat(), "reason": said["note"]}
        draft["version"] += 1
        return versioned(draft, draft["version"])
