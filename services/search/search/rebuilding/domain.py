"""The steps of a rebuild, what each leads to, and what an operator may ask for."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.rules import DomainError


class Step(StrEnum):
    """Where a rebuild stands. Each step may be done again from its beginning, whatever it had reached."""

    PREPARE = "prepare"
    FILL = "fill"
    CATCH_UP = "catch_up"
    VERIFY = "verify"
    JUDGE = "judge"
    HOLD = "hold"
    SWAP = "swap"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


STEP_LABELS = {
    Step.PREPARE: "建立新索引",
    Step.FILL: "写入全部文件",
    Step.CATCH_UP: "追上新近变化",
    Step.VERIFY: "逐一核对",
    Step.JUDGE: "比较检索结果",
    Step.HOLD: "等待切换",
    Step.SWAP: "切换",
    Step.DONE: "完成",
    Step.FAILED: "失败",
    Step.CANCELLED: "已取消",
}
ENDED = frozenset({Step.DONE, Step.FAILED, Step.CANCELLED})


class Purpose(StrEnum):
    """A rebuild fills a new index; a rollback brings the previous one up to date and makes it live again."""

    REBUILD = "rebuild"
    ROLLBACK = "rollback"


@dataclass(frozen=True)
class Rebuild:
    """One rebuild or rollback as it stands.

    `after` is the id up to which everything is written; `expected` the size of the record when it began. `hold`
    waits for an operator before the swap, `ungated` skips the comparison of results.
    """

    id: int
    purpose: Purpose
    step: Step
    index: str
    after: str | None
    written: int
    expected: int
    hold: bool
    ungated: bool
    requested_by: str
    started_at: datetime
    changed_at: datetime
    finished_at: datetime | None = None
    error: str = ""
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def following(self) -> Step:
        """The step after the present one."""
        order = [Step.PREPARE, Step.FILL, Step.CATCH_UP, Step.VERIFY, Step.JUDGE, Step.HOLD, Step.SWAP, Step.DONE]
        rest = order[order.index(self.step) + 1 :]
        skipped = {Step.JUDGE} if self.ungated else set()
        skipped |= set() if self.hold else {Step.HOLD}
        return next(step for step in rest if step not in skipped)


class RebuildRunning(DomainError):
    """已有一次重建或回退正在进行（{step}），请等它结束，或用 sunlight reindex --cancel 取消"""

    status, problem_type, title = 409, "rebuild-running", "正在重建索引"


class NothingRunning(DomainError):
    """现在没有正在进行的重建"""

    status, problem_type, title = 409, "no-rebuild-running", "没有正在进行的重建"


class NotHeld(DomainError):
    """重建还没有到等待切换的一步（现在：{step}）"""

    status, problem_type, title = 409, "rebuild-not-held", "还不能切换"


class TooLateToCancel(DomainError):
    """正在切换索引，不能再取消；切换后可用 sunlight reindex --rollback 回退"""

    status, problem_type, title = 409, "too-late-to-cancel", "不能取消"


class NoPrevious(DomainError):
    """没有保留旧索引，无法回退或删除"""

    status, problem_type, title = 409, "no-previous-index", "没有旧索引"
