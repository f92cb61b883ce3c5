"""What someone must do by when: a plan's task, entered, or a catalogue item's standing duty, derived."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from catalog.domain.deadline_rule import DisclosureDeadlineRule
from catalog.domain.term_parser import Term, parse_term
from shared.events import Event, ObligationState
from shared.rules import DomainError

DERIVED_PREFIX = "item-"


class Standing(StrEnum):
    """How an obligation stands today; Chinese labels are in `STANDING_LABELS`."""

    OPEN = "open"
    OVERDUE = "overdue"
    MET = "met"
    MET_LATE = "met_late"
    INACTIVE = "inactive"


STANDING_LABELS = {
    Standing.OPEN: "进行中",
    Standing.OVERDUE: "已逾期",
    Standing.MET: "已完成",
    Standing.MET_LATE: "逾期完成",
    Standing.INACTIVE: "已停止",
}


class ObligationIsDerived(DomainError):
    """任务“{obligation}”由公开目录产生，请修改目录中的事项"""

    status = 409


class UnknownItem(DomainError):
    """目录事项“{item}”不存在或已取消"""

    status = 422


class UnknownColumn(DomainError):
    """栏目“{column}”不存在或已停用"""

    status = 422


class Defect(NamedTuple):
    """Something the obligation's source leaves unsaid; it is kept, shown, and can be put right."""

    code: str
    message: str


@dataclass(frozen=True)
class Obligation:
    """An obligation at one version.

    `named_documents` were named by an editor; `fulfilled_by` are those of them, and of the documents that
    name its catalogue item, that stand published. `met_on` is the day of the first of these. A yearly
    obligation counts only documents published after `counts_from`, the end of its last round.
    """

    id: str
    title: str
    source: str
    department: str
    derived: bool = False
    clause: str = ""
    responsible: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    supporting: tuple[str, ...] = ()
    raw_term: str = ""
    rule: DisclosureDeadlineRule | None = None
    triggered_on: date | None = None
    due_on: date | None = None
    due_provisional: bool = False
    counts_from: date | None = None
    recurring: bool = False
    evidence: str = ""
    column: str | None = None
    catalogue_item: str | None = None
    named_documents: tuple[str, ...] = ()
    fulfilled_by: tuple[str, ...] = ()
    met_on: date | None = None
    active: bool = True
    version: int = 0

    @property
    def term(self) -> Term:
        """The term's words with the rule in force: the editor's, or what can be read from the words."""
        return Term(self.raw_term, self.rule) if self.rule else parse_term(self.raw_term)

    @property
    def yearly(self) -> bool:
        """Whether it comes due again every year, such as the annual report (条例 art. 49)."""
        rule = self.term.rule
        return self.recurring and rule is not None and rule.every_year

    def standing(self, today: date) -> Standing:
        """How it stands: a day that has passed without evidence is overdue, evidence after it is late."""
        if not self.active:
            return Standing.INACTIVE
        if self.fulfilled_by:
            late = self.due_on is not None and self.met_on is not None and self.met_on > self.due_on
            return Standing.MET_LATE if late else Standing.MET
        return Standing.OVERDUE if self.due_on is not None and self.due_on < today else Standing.OPEN

    def state(self) -> ObligationState:
        return ObligationState(
            id=self.id,
            title=self.title,
            source=self.source,
            department=self.department,
            responsible=self.responsible,
            lead=self.lead,
            supporting=self.supporting,
            raw_term=self.raw_term,
            recurring=self.recurring,
            due_on=self.due_on,
            evidence=self.evidence,
            column=self.column,
            catalogue_item=self.catalogue_item,
            fulfilled_by=self.fulfilled_by,
            active=self.active,
        )

    def changed(self, by: str) -> Event:
        """The fact that this version of the obligation now holds."""
        return Event("obligation.changed", self.id, self.version, self.state(), actor=by)


def defects(obligation: Obligation) -> list[Defect]:
    """What is missing or doubtful: nobody responsible, one office in two parts, an unclear term."""
    found = []
    if not obligation.responsible and not obligation.lead:
        found.append(Defect("nobody_responsible", "没有责任部门，请指定"))
    carrying = (*obligation.responsible, *obligation.lead)
    for office in obligation.supporting:
        if any(_same_office(office, other) for other in carrying):
            found.append(Defect("same_office_twice", f"“{office}”既是责任部门又是配合部门"))
    if not obligation.raw_term.strip():
        found.append(Defect("no_term", "没有写明完成时限"))
    elif obligation.term.rule is None and obligation.due_on is None:
        found.append(Defect("term_unclear", obligation.term.reason))
    return found


def _same_office(one: str, other: str) -> bool:
    """Whether two names may mean one office: 办公室 and 莒南县审计局办公室."""
    return one.endswith(other) or other.endswith(one)
