"""Codes in the words people read: kinds, states, days, sizes. One vocabulary for every page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from typing import Any, Protocol

from babel.dates import format_date

from portal.hearing import heard
from portal.languages import is_english
from portal.translations import N_, _, _n
from shared.calendar import WorkCalendar
from shared.events import Validity
from shared.kinds import kind_label
from shared.validity import VALIDITY_LABELS, validity_label

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
WEEKDAYS = "一二三四五六日"
BRITISH = "en_GB"


@dataclass(frozen=True)
class Status:
    """How a state is shown: a word, a shape (never colour alone) and a tone."""

    word: Any  # Markup where it is a word of a service that we do not know
    tone: str
    shape: str


OK, INFO, WAIT, WARN, LATE, OFF = "ok", "info", "wait", "warn", "late", "off"
SHAPES = {OK: "✓", INFO: "●", WAIT: "◐", WARN: "▲", LATE: "■", OFF: "✕"}


def _status(word: str, tone: str) -> Status:
    return Status(word, tone, SHAPES[tone])


VALIDITY_TONES: dict[str, str] = {
    Validity.IN_FORCE: OK,
    Validity.AMENDED: WARN,
    Validity.REPEALED: OFF,
    Validity.EXPIRED: OFF,
}
STATUSES = {
    **{code: _status(label, VALIDITY_TONES[code]) for code, label in VALIDITY_LABELS.items()},
    "draft": _status("草稿", INFO),
    "submitted": _status("待审核", WAIT),
    "in_review": _status("审核中", WAIT),
    "approved": _status("待发布", WAIT),
    "scheduled": _status("定时发布", WAIT),
    "returned": _status("已退回", WARN),
    "published": _status("已公开", OK),
    "withdrawn": _status("已撤回", OFF),
    "open": _status("未到期", INFO),
    "due_soon": _status("即将到期", WARN),
    "overdue": _status("已逾期", LATE),
    "met": _status("按期完成", OK),
    "met_late": _status("逾期完成", WARN),
    "waived": _status("已免除", OFF),
    "fresh": _status("更新及时", OK),
    "warn": _status("临近时限", WARN),
    "superseded": _status("已被取代", OFF),
    "uploaded": _status("已上传", OK),
    "stale": _status("超期未更新", LATE),
    "blank": _status("空白栏目", LATE),
    "received": _status("已收到", INFO),
    "registered": _status("已登记", INFO),
    "accepted": _status("已受理", WAIT),
    "processing": _status("办理中", WAIT),
    "awaiting_correction": _status("等待补正", WARN),
    "consulting_third_party": _status("征求第三方意见", WAIT),
    "consulting_agency": _status("征求其他机关意见", WAIT),
    "reason_requested": _status("要求说明理由", WARN),
    "fee_pending": _status("等待缴费", WARN),
    "drafting": _status("拟写答复", WAIT),
    "in_approval": _status("待签发", WAIT),
    "decided": _status("已决定", OK),
    "served": _status("已答复", OK),
    "closed": _status("已办结", OK),
    "lapsed": _status("视为放弃", OFF),
    "parked": _status("待处理", WARN),
    "replayed": _status("已重放", OK),
    "discarded": _status("已放弃", OFF),
    "check_block": _status("不得公开", LATE),
    "check_warn": _status("请核对", WARN),
    "check_passed": _status("已放行", OK),
    "ready": _status("正常", OK),
    "away": _status("不可用", LATE),
    "active": _status("启用", OK),
    "inactive": _status("停用", OFF),
}

ACTIONS = {
    "create": N_("起草"),
    "edit": N_("修改"),
    "receive": N_("接收部门报送"),
    "created": N_("创建"),
    "saved": N_("修改"),
    "submit": N_("提交审核"),
    "submitted": N_("提交审核"),
    "override": N_("放行检查结果"),
    "return": N_("退回修改"),
    "returned": N_("退回修改"),
    "approve": N_("审核通过"),
    "approved": N_("审核通过"),
    "publish": N_("公开发布"),
    "schedule": N_("定时发布"),
    "call_off": N_("取消定时发布"),
    "halt": N_("中止定时发布"),
    "published": N_("公开发布"),
    "revise": N_("修订"),
    "revised": N_("修订发布"),
    "withdraw": N_("撤回"),
    "withdrawn": N_("撤回"),
}


def status_of(code: str, label: str = "") -> Status:
    """How to show a state; unknown ones are shown as they are named."""
    known = STATUSES.get(code)
    if known is None:
        return _status(heard(label) or code, INFO)
    return Status(_(known.word) if label in ("", known.word) else heard(label), known.tone, known.shape)


def action_label(code: str) -> str:
    return _(ACTIONS[code]) if code in ACTIONS else code


def kind_word(code: str) -> str:
    """The kind of a document; an unknown one is shown by its code."""
    return _(kind_label(code))


def validity_word(code: str) -> str:
    return _(validity_label(code))


def today() -> date:
    return datetime.now(CHINA).date()


def day(value: date | datetime | None, weekday: bool = False) -> str:
    """2026年11月3日, or 3 November 2026; with the day of the week when asked."""
    if value is None:
        return "—"
    if isinstance(value, datetime):
        value = value.astimezone(CHINA).date()
    if is_english():
        return format_date(value, "EEEE d MMMM y" if weekday else "d MMMM y", locale=BRITISH)
    words = f"{value.year}年{value.month}月{value.day}日"
    return f"{words} 星期{WEEKDAYS[value.weekday()]}" if weekday else words


def calendar_day(value: date) -> str:
    """A day in a list of days: 11/3 二, or Tue 3 Nov."""
    if is_english():
        return format_date(value, "EEE d MMM", locale=BRITISH)
    return f"{value.month}/{value.day} {WEEKDAYS[value.weekday()]}"


def moment(value: datetime | date | None) -> str:
    """2026年11月3日 14:02, or 3 November 2026, 14:02; in China's time."""
    if not isinstance(value, datetime):
        return day(value)
    local = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(CHINA)
    return f"{day(local)}{',' if is_english() else ''} {local:%H:%M}"


def told(text: str) -> str:
    """A moment that a service wrote down, as people read it; what is no moment stays."""
    try:
        return moment(datetime.fromisoformat(text))
    except ValueError:
        return text


def planned(value: datetime | None) -> str:
    """3月5日 9:00 in China's time, with the year when it is another one: how a moment to come is told."""
    if value is None:
        return ""
    local = value.astimezone(CHINA)
    year = f"{local.year}年" if local.year != today().year else ""
    return f"{year}{local.month}月{local.day}日 {local.hour}:{local:%M}"


def iso(value: date | datetime | None) -> str:
    return value.isoformat() if value else ""


class CountedDay(Protocol):
    @property
    def date(self) -> date: ...

    @property
    def counted(self) -> bool: ...


def days_left(due_on: date | None, days: Sequence[CountedDay], on: date) -> str:
    """还剩 3 个工作日, 今天到期, or 已超期 2 天: from the explained days, else from the calendar."""
    if due_on is None:
        return ""
    if due_on < on:
        return _n("已超期 %(n)s 天", (on - due_on).days)
    if due_on == on:
        return _("今天到期")
    counted = [d.date for d in days if d.counted] if days else _working_days(on, due_on)
    return _n("还剩 %(n)s 个工作日", sum(on < day <= due_on for day in counted))


def _working_days(after: date, until: date) -> list[date]:
    """By the calendar: for lists, where the days of a deadline are not explained one by one."""
    days = (after + timedelta(days=n) for n in range(1, (until - after).days + 1))
    return [day for day in days if _calendar().is_working_day(day).working]


@cache
def _calendar() -> WorkCalendar:
    return WorkCalendar.from_package()


def file_size(size: int) -> str:
    """1.2 MB and the like."""
    if size < 1024:
        return _n("%(n)s 字节", size)
    amount, units = size / 1024, ["KB", "MB", "GB"]
    while amount >= 1024 and len(units) > 1:
        amount, units = amount / 1024, units[1:]
    return f"{amount:.0f} {units[0]}" if amount >= 100 else f"{amount:.1f} {units[0]}"


def number(value: int | float | None) -> str:
    return _("未报") if value is None else f"{value:,}"
