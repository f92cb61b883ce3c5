"""What someone must do by when: a plan's task, entered, or a catalogue item's standing duty, derived."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from catalog.domain.deadline_rule import DisclosureDeadlineRule, Due
from catalog.domain.editions import LiveItem
from catalog.domain.term_parser import Term, parse_term
from shared.calendar import WorkCalendar
from shared.events import Event, ObligationState
from shared.problems import DomainError

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


class DueDayAgainstTerm(DomainError):
    """完成日期 {due_on} 与时限“{raw_term}”（{term_due_on}）不一致，请改其中一个"""

    status = 422


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


class Evidence(NamedTuple):
    """A document as an obligation sees it."""

    id: str
    items: frozenset[str]
    published_on: date | None
    withdrawn: bool


@dataclass(frozen=True)
class Obligation:
    """An obligation at one version.

    `named_documents` were named by an editor; `fulfilled_by` are those of them, and of the documents that
    name its catalogue item, that stand published. `met_on` is the day of the first of these.
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
    """What is missing or doubtful: nobody responsible, one office in two parts, a term that cannot be read."""
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


def with_due_day(obligation: Obligation, stated: date | None, today: date, calendar: WorkCalendar) -> Obligation:
    """The obligation with its due day by the term, or the stated day where the term names none.

    A counted term needs `triggered_on`. Raises DueDayAgainstTerm when both are there and differ.
    """
    due = due_by_term(obligation, today, calendar)
    if stated is not None and due.on is not None and stated != due.on:
        raise DueDayAgainstTerm(due_on=stated, raw_term=obligation.raw_term, term_due_on=due.on, field="due_on")
    return replace(obligation, due_on=due.on or stated, due_provisional=due.provisional)


def due_by_term(obligation: Obligation, today: date, calendar: WorkCalendar) -> Due:
    """The due day by the term alone, with its explanation in Chinese."""
    term = obligation.term
    if term.rule is None:
        return Due(None, False, term.reason)
    if term.rule.n is not None and obligation.triggered_on is None:
        return Due(None, False, f"“{term.rule.in_words()}”要等起算的事情发生才有日期")
    return term.rule.due(obligation.triggered_on or today, calendar)


def with_evidence(obligation: Obligation, documents: Iterable[Evidence]) -> Obligation:
    """The obligation fulfilled by what stands of `documents`.

    A one-off obligation is fulfilled by any document that names its item. A recurring one is only by
    documents an editor named: its coverage is counted per document, not once.
    """
    known = {document.id: document for document in documents}
    standing = {name for name in obligation.named_documents if name not in known or not known[name].withdrawn}
    if not obligation.recurring and obligation.catalogue_item is not None:
        standing |= {
            document.id
            for document in known.values()
            if obligation.catalogue_item in document.items and not document.withdrawn
        }
    days = [known[name].published_on for name in standing if name in known]
    met_on = min((day for day in days if day is not None), default=None)
    return replace(obligation, fulfilled_by=tuple(sorted(standing)), met_on=met_on)


def derive(live: LiveItem, held: Obligation | None, today: date, calendar: WorkCalendar) -> Obligation:
    """The standing duty that a catalogue item lays on its department; a retired item ends it."""
    item = live.item
    duty = Obligation(
        id=f"{DERIVED_PREFIX}{item.id}",
        title=f"公开“{item.name}”",
        source=f"主动公开基本目录第{live.edition}版",
        department=live.department,
        derived=True,
        responsible=item.responsible or (item.disclosing_body,),
        lead=item.lead,
        supporting=item.supporting,
        raw_term=item.raw_deadline,
        recurring=True,
        evidence=item.content_elements,
        column=item.column,
        catalogue_item=item.id,
        active=not live.retired,
        version=held.version + 1 if held else 1,
    )
    return with_due_day(duty, None, today, calendar)
