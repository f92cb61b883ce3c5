"""The search desk: what people ask, and what editors keep for it, listed and taken away."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from portal.clients import curation
from portal.clients.alerts import AlertCounts
from portal.clients.curation import BEST_BETS, VOCABULARY
from portal.clients.services import Services
from portal.console.frame import SEARCHERS, done, page, require, version_in
from portal.reach import services_of
from portal.refusals import Missing, Refused, ServiceAway
from portal.sessions import Staff, signed_in
from shared.roles import Role

router = APIRouter(prefix="/search")

PERIODS = {1: "今天", 7: "近 7 天", 30: "近 30 天", 90: "近 90 天"}
FACTS = {
    "documents": "已公开的文件",
    "tombstones": "已撤回的文件",
    "index": "索引（代）",
    "repairs": "自动修复的差异",
    "fresh": "是否及时",
    "waiting": "等待写入的消息",
    "samples": "时效样本",
    "p50_seconds": "发布到可检索，中位数（秒）",
    "p99_seconds": "发布到可检索，99 分位（秒）",
}


@router.get("/report")
async def report(
    request: Request,
    days: int = 7,
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> HTMLResponse:
    """What was asked, what found nothing, where people clicked, and how the index stands."""
    require(staff, *SEARCHERS)
    days = days if days in PERIODS else 7
    try:
        found = await curation.report(services.search, staff.token, days)
    except ServiceAway:
        found = None
    return page(
        request,
        staff,
        "console/search_report.html",
        200 if found else 503,
        report=found,
        days=days,
        periods=PERIODS,
        facts=_facts(found.index) if found else [],
        figures=_figures(found) if found else [],
        clicks=[{"label": f"第 {each.position} 条", "value": each.count} for each in found.clicks] if found else [],
        may_edit=staff.may(Role.CATALOGUE_EDITOR),
    )


def _facts(index: dict[str, Any]) -> list[tuple[str, str]]:
    words = {True: "是", False: "否"}
    return [
        (label, words[index[name]] if isinstance(index[name], bool) else _rounded(index[name]))
        for name, label in FACTS.items()
        if index.get(name) is not None
    ]


def _rounded(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _figures(found: curation.Report) -> list[dict[str, Any]]:
    """Shares are said with the number they are of; without searches there are none."""
    clicks = sum(each.count for each in found.clicks)
    with_results = found.searches - found.zero
    return [
        {"label": "次检索", "value": found.searches},
        {"label": "种检索词", "value": found.queries},
        {"label": "次无结果", "value": found.zero, "note": _share(found.zero, found.searches)},
        {"label": "次点击", "value": clicks, "note": f"未点击：{_share(max(0, with_results - clicks), with_results)}"},
    ]


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "—"


@router.get("/alerts")
async def alerts(
    request: Request, staff: Staff = Depends(signed_in), services: Services = Depends(services_of)
) -> HTMLResponse:
    """How many alerts and mails there are; nobody sees whose."""
    require(staff, *SEARCHERS)
    try:
        counts = await services.alerts.counts(staff.token)
    except ServiceAway:
        return page(request, staff, "console/search_alerts.html", 503, counts=None)
    return page(
        request,
        staff,
        "console/search_alerts.html",
        counts=counts,
        any=any(value for name, value in counts if name != "offered"),
        subscriptions=_subscriptions(counts),
        letters=_letters(counts),
    )


def _subscriptions(counts: AlertCounts) -> list[dict[str, Any]]:
    ended = f"另有 {counts.unconfirmed} 个到期未确认、{counts.refused} 个被邮箱拒收"
    return [
        {"label": "个已确认，生效中", "value": counts.active},
        {"label": "个等待确认", "value": counts.pending, "note": "48 小时内不确认即删除"},
        {"label": "个被订阅人停止", "value": counts.stopped, "note": f"近 30 天；{ended}"},
    ]


def _letters(counts: AlertCounts) -> list[dict[str, Any]]:
    failed = "近 24 小时；被拒收，或多次重试仍未送达"
    return [
        {"label": "封等待发送", "value": counts.letters_waiting},
        {"label": "封已发出", "value": counts.letters_sent, "note": "近 24 小时"},
        {
            "label": "封发送失败",
            "value": counts.letters_failed,
            "note": failed if counts.letters_failed else "近 24 小时",
            "tone": "late" if counts.letters_failed else "",
        },
    ]


@router.get("/best-bets")
async def best_bets(
    request: Request, cursor: str = "", staff: Staff = Depends(signed_in), services: Services = Depends(services_of)
) -> HTMLResponse:
    require(staff, *SEARCHERS)
    found = await curation.best_bets(services.search, staff.token, cursor or None)
    return _listed(request, staff, "console/best_bets.html", found)


@router.get("/vocabulary")
async def vocabulary(
    request: Request, cursor: str = "", staff: Staff = Depends(signed_in), services: Services = Depends(services_of)
) -> HTMLResponse:
    require(staff, *SEARCHERS)
    found = await curation.terms(services.search, staff.token, cursor or None)
    return _listed(request, staff, "console/vocabulary.html", found)


def _listed(request: Request, staff: Staff, template: str, found: Any) -> HTMLResponse:
    return page(request, staff, template, found=found, may_edit=staff.may(Role.CATALOGUE_EDITOR))


@router.get("/{kind}/{entry}/delete")
async def consequences(
    request: Request,
    kind: str,
    entry: str,
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> HTMLResponse:
    """What taking it away means, before it is done."""
    require(staff, Role.CATALOGUE_EDITOR)
    return await _consequences(request, staff, services, kind, entry)


async def _consequences(
    request: Request, staff: Staff, services: Services, kind: str, entry: str, problem: str = ""
) -> HTMLResponse:
    read: Any = curation.best_bet if _is_bet(kind) else curation.term
    held = await read(services.search, staff.token, entry)
    context = {"held": held, "is_bet": _is_bet(kind), "kind": kind, "problem": problem}
    return page(request, staff, "console/entry_delete.html", 409 if problem else 200, **context)


@router.post("/{kind}/{entry}/delete")
async def delete(
    request: Request,
    kind: str,
    entry: str,
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> Response:
    require(staff, Role.CATALOGUE_EDITOR)
    path = BEST_BETS if _is_bet(kind) else VOCABULARY
    version = version_in(await request.form()) or 0
    try:
        await curation.remove(services.search, staff.token, path, entry, version)
    except Refused as refusal:
        return await _consequences(request, staff, services, kind, entry, refusal.sentence)
    return done(f"/console/search/{kind}", "deleted")


def _is_bet(kind: str) -> bool:
    if kind not in ("best-bets", "vocabulary"):
        raise Missing({"title": "没有这个页面"})
    return kind == "best-bets"
