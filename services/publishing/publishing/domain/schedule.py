"""定时发布: when an approved edition is to become public, and what may stand against it when the time has come."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from publishing.domain.department import Department
from publishing.domain.rules import PublishTimePast, PublishTimeTooFar

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
MOST_AHEAD = timedelta(days=366)  # a year, also a leap year
FIELD = "publish_at"


@dataclass(frozen=True, slots=True)
class Schedule:
    """The planned moment, and on whose word; `name` is how people know them."""

    publish_at: datetime
    by: str
    name: str

    @property
    def actor(self) -> str:
        """Who publishes, as history and event name it: the schedule, on behalf of a person."""
        return f"schedule:{self.by}"

    @property
    def actor_name(self) -> str:
        return f"定时发布（代{self.name or self.by}）"

    @property
    def promise(self) -> str:
        return f"原定 {spoken(self.publish_at)} 发布"


def spoken(moment: datetime) -> str:
    """2026年3月5日 09:00 in China's time."""
    local = moment.astimezone(CHINA)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def require_reachable(publish_at: datetime, now: datetime) -> None:
    """Raise PublishTimePast or PublishTimeTooFar unless the moment is to come, within a year."""
    if publish_at <= now:
        raise PublishTimePast(field=FIELD)
    if publish_at > now + MOST_AHEAD:
        raise PublishTimeTooFar(field=FIELD, latest=spoken(now + MOST_AHEAD))


def hindrance(department: Department | None, column: str | None, column_in_use: bool) -> str:
    """Why the document cannot become public now, whatever was true when it was planned; empty when it can.

    `column_in_use` is about its column; a document without one needs none.
    """
    if department is None or not department.active:
        return f"部门“{department.name}”已停用" if department else "文件所属的部门已不存在"
    if column is not None and not column_in_use:
        return f"栏目“{column}”已停用或不存在，请改选栏目后重新送审"
    return ""
