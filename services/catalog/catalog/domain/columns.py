"""栏目: the tree of a department's columns on the county portal (47号文: county departments keep columns)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from shared.events import ColumnState, Event
from shared.rules import DomainError


class ColumnKind(StrEnum):
    """What a column carries; Chinese labels are in `COLUMN_KIND_LABELS`."""

    SECTION = "section"
    NEWS = "news"
    NOTICES = "notices"
    POLICY_DOCUMENTS = "policy_documents"
    POLICY_INTERPRETATION = "policy_interpretation"
    BUDGET = "budget"
    MAJOR_PROJECTS = "major_projects"
    PROPOSALS = "proposals"
    KEY_AREAS = "key_areas"
    PUBLIC_ENTERPRISES = "public_enterprises"
    DISCLOSURE_ON_REQUEST = "disclosure_on_request"
    CATALOGUE = "catalogue"
    GUIDE = "guide"
    ANNUAL_REPORT = "annual_report"
    AGENCY_PROFILE = "agency_profile"
    AUDIT_RESULTS = "audit_results"
    REGULATIONS = "regulations"
    PLANS = "plans"
    PUBLIC_RESPONSES = "public_responses"
    NEW_MEDIA = "new_media"
    OPENNESS_RULES = "openness_rules"
    OTHER = "other"


COLUMN_KIND_LABELS = {
    ColumnKind.SECTION: "部门首页",
    ColumnKind.NEWS: "新闻动态",
    ColumnKind.NOTICES: "通知公告",
    ColumnKind.POLICY_DOCUMENTS: "政策文件",
    ColumnKind.POLICY_INTERPRETATION: "政策解读",
    ColumnKind.BUDGET: "预决算",
    ColumnKind.MAJOR_PROJECTS: "重大建设项目",
    ColumnKind.PROPOSALS: "建议提案办理",
    ColumnKind.KEY_AREAS: "重点领域",
    ColumnKind.PUBLIC_ENTERPRISES: "公共企事业单位",
    ColumnKind.DISCLOSURE_ON_REQUEST: "依申请公开",
    ColumnKind.CATALOGUE: "公开目录",
    ColumnKind.GUIDE: "公开指南",
    ColumnKind.ANNUAL_REPORT: "公开年报",
    ColumnKind.AGENCY_PROFILE: "机构概况",
    ColumnKind.AUDIT_RESULTS: "审计结果",
    ColumnKind.REGULATIONS: "法律法规",
    ColumnKind.PLANS: "规划计划",
    ColumnKind.PUBLIC_RESPONSES: "回应关切",
    ColumnKind.NEW_MEDIA: "政务新媒体",
    ColumnKind.OPENNESS_RULES: "公开制度",
    ColumnKind.OTHER: "其他",
}


class SilenceSource(StrEnum):
    """Who set how long a column may stay silent: national inspection, the law, or the office itself."""

    INSPECTION = "inspection"
    LAW = "law"
    OFFICE = "office"


class ColumnCycle(DomainError):
    """栏目“{code}”不能放在“{parent}”之下，那样会绕成一圈"""

    status = 409


class ParentColumnMissing(DomainError):
    """上级栏目“{parent}”不存在或已停用，请先建立它"""

    status = 422


class ColumnStillHasChildren(DomainError):
    """栏目“{code}”下还有启用的子栏目：{children}，请先停用或移走它们"""

    status = 409


@dataclass(frozen=True)
class Column:
    """A column at one version. `max_silence_days` is None where silence proves nothing."""

    code: str
    name: str
    kind: ColumnKind
    department: str
    parent: str | None = None
    purpose: str = ""
    max_silence_days: int | None = None
    silence_source: SilenceSource | None = None
    active: bool = True
    version: int = 0

    def state(self) -> ColumnState:
        return ColumnState(
            code=self.code,
            name=self.name,
            kind=self.kind,
            department=self.department,
            parent=self.parent,
            purpose=self.purpose,
            max_silence_days=self.max_silence_days,
            active=self.active,
        )

    def changed(self, by: str) -> Event:
        """The fact that this version of the column now holds."""
        return Event("column.changed", self.code, self.version, self.state(), actor=by)


def check_place(column: Column, others: Iterable[Column]) -> None:
    """Whether the column may stand where it wants to, among all the other columns.

    Raises:
        ParentColumnMissing: the parent is unknown or retired.
        ColumnCycle: the parent is the column itself or below it.
        ColumnStillHasChildren: it is being retired above active columns.
    """
    tree = {other.code: other for other in others if other.code != column.code}
    parent = column.parent
    while parent is not None:
        if parent == column.code:
            raise ColumnCycle(code=column.code, parent=column.parent, field="parent")
        above = tree.get(parent)
        if above is None or (column.active and not above.active):
            raise ParentColumnMissing(parent=parent, field="parent")
        parent = above.parent
    children = [other.name for other in tree.values() if other.parent == column.code and other.active]
    if children and not column.active:
        raise ColumnStillHasChildren(code=column.code, children="、".join(children), field="active")
