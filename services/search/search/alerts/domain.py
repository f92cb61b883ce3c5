"""What an alert is, when its mails go out, and the bounds that keep it from becoming a nuisance."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.rules import DomainError

CHINA = ZoneInfo("Asia/Shanghai")
MORNING = time(8, 0)
CONFIRM_WITHIN = timedelta(hours=48)
LIMIT_PERIOD = timedelta(hours=24)
CONFIRMATIONS_A_PERIOD = 3
MOST_ALERTS = 20
QUIET = timedelta(minutes=10)
WAIT_FOR_INDEX = timedelta(days=2)
RETRIES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720, 1440))
MOST_REFUSALS = 3


class Frequency(StrEnum):
    """How soon a mail follows a publication."""

    INSTANT = "instant"
    DAILY = "daily"

    @property
    def label(self) -> str:
        return {"instant": "有新文件就通知（最多每 10 分钟一封）", "daily": "每天早上 8 点汇总成一封"}[self.value]


class State(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"


class Purpose(StrEnum):
    """Why a mail is written."""

    CONFIRM = "confirm"
    DIGEST = "digest"


class Ending(StrEnum):
    """Why a subscription is no more: its reader stopped it, never confirmed it, or the address takes no mail."""

    STOPPED = "stopped"
    UNCONFIRMED = "unconfirmed"
    REFUSED = "refused"


class NotAnAddress(DomainError):
    """电子邮箱格式有误，应像 name@example.cn"""

    status, problem_type, title = 422, "not-an-address", "填写有误"


class NothingToLookFor(DomainError):
    """检索词里没有可以检索的文字或数字，请换一个词"""

    status, problem_type, title = 422, "nothing-to-look-for", "填写有误"


class LinkInvalid(DomainError):
    """这个链接无效或已过期，请重新订阅"""

    status, problem_type, title = 404, "link-invalid", "链接无效"


@dataclass(frozen=True)
class Subscription:
    """One person's alert; the address itself is not part of it, so that nothing can print it."""

    id: UUID
    params: dict[str, object]
    description: str
    frequency: Frequency
    state: State
    confirm_until: datetime


def next_morning(at: datetime) -> datetime:
    """The coming 8:00 in China."""
    local = at.astimezone(CHINA)
    today = datetime.combine(local.date(), MORNING, CHINA)
    return today if local < today else today + timedelta(days=1)


def due_at(frequency: Frequency, at: datetime) -> datetime:
    """When a mail about a document found now should go out."""
    return next_morning(at) if frequency is Frequency.DAILY else at


def retry_at(attempts: int, at: datetime) -> datetime | None:
    """When to try again after this many failures; None when it is time to give up."""
    return at + RETRIES[attempts - 1] if attempts <= len(RETRIES) else None
