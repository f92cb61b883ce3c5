"""What console pages have in common: sections by role, one way to render, what was done said once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from portal.pages import pages_of
from portal.refusals import NotPermitted
from portal.sessions import Staff
from shared.roles import ROLE_LABELS, Role

WRITERS = (Role.AUTHOR, Role.REVIEWER, Role.SECRECY_REVIEWER, Role.APPROVER)
DESK = (Role.REGISTRAR, Role.HANDLER, Role.APPROVER, Role.CHIEF)
CATALOGUE = (Role.CATALOGUE_EDITOR, Role.SUPERVISOR)
WATCHERS = (Role.SUPERVISOR, Role.CHIEF, Role.CATALOGUE_EDITOR, Role.OPERATOR, Role.ADMIN)
SEARCHERS = (Role.OPERATOR, Role.SUPERVISOR, Role.CHIEF, Role.CATALOGUE_EDITOR)


@dataclass(frozen=True)
class Section:
    """A page of the console and the roles that may open it; none means everyone signed in."""

    href: str
    name: str
    roles: tuple[Role, ...] = ()
    about: str = ""


SECTIONS = (
    Section("/console", "我的工作"),
    Section("/console/documents", "文件", (*WRITERS, Role.CHIEF), "撰写、审核、发布、撤回"),
    Section("/console/requests", "依申请公开", DESK, "登记、办理、签发、送达"),
    Section("/console/catalogue", "目录", CATALOGUE, "公开目录的版次与事项"),
    Section("/console/columns", "栏目", CATALOGUE, "栏目的归属与更新要求"),
    Section("/console/obligations", "任务", CATALOGUE, "公开任务与责任部门"),
    Section("/console/supervision", "监督", WATCHERS, "逾期、超期未更新和完成情况"),
    Section("/console/search", "检索", SEARCHERS, "检索报告、最佳推荐与词语"),
    Section("/console/operations", "运维", (Role.OPERATOR,), "服务、队列与搁置的消息"),
    Section("/console/directory", "机构人员", (Role.ADMIN,), "部门、部门系统与工作人员"),
)

DONE = {
    "saved": "已保存。",
    "deleted": "已删除，修改记录保留。",
    "submitted": "已提交审核。",
    "overridden": "已放行所选检查结果，理由已记入经过。",
    "approved": "已签发。",
    "returned": "已退回撰稿人。",
    "published": "已公开发布，数秒后即可检索到。",
    "scheduled": "已定时，到时自动公开发布，在此之前公众看不到。",
    "called_off": "已取消定时发布，文件仍是已签发，没有公开。",
    "withdrawn": "已撤回，原网址保留说明页。",
    "revised": "已开始修订，公众看到的仍是上一版。",
    "acted": "已办理。",
    "replayed": "已重新投递。",
    "discarded": "已放弃，记录保留。",
    "changed": "已更新。",
    "edition": "目录已公布。",
}


def sections_for(staff: Staff) -> list[Section]:
    return [section for section in SECTIONS if not section.roles or staff.may(*section.roles)]


def page(request: Request, staff: Staff, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A console page; `problem` in the context is a refusal in one sentence, shown on top."""
    shown = {
        "console": True,
        "sections": sections_for(staff),
        "done": DONE.get(request.query_params.get("done", ""), "") if status == 200 else "",
        "problem": "",
    } | context
    answer = pages_of(request).render(request, template, status, staff=staff, **shown)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def require(staff: Staff, *roles: Role) -> None:
    """Raises NotPermitted with whom to ask."""
    if not staff.may(*roles):
        wanted = "、".join(ROLE_LABELS[role] for role in roles)
        raise NotPermitted(
            {"title": "没有权限", "detail": f"这一页需要{wanted}权限。如工作需要，请向本单位管理员申请。"}
        )


def version_in(form: Mapping[str, Any]) -> int | None:
    """Which version a form was opened at; None where it says nothing that is a number."""
    text = str(form.get("version") or "")
    return int(text) if text.isascii() and text.isdigit() else None


def done(path: str, what: str) -> RedirectResponse:
    """Back to a page that says what was done."""
    return RedirectResponse(f"{path}{'&' if '?' in path else '?'}done={what}", 303)
