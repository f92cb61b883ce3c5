"""When an obligation is due, what fulfils it, and when a yearly one begins its next round."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from catalog.domain.deadline_rule import Due
from catalog.domain.editions import LiveItem
from catalog.domain.evidence import Evidence
from catalog.domain.obligations import DERIVED_PREFIX, Obligation
from shared.calendar import WorkCalendar
from shared.rules import DomainError

A_YEAR = timedelta(days=365)


class DueDayAgainstTerm(DomainError):
    """完成日期 {due_on} 与时限“{raw_term}”（{term_due_on}）不一致，请改其中一个"""

    status = 422


def due_by_term(obligation: Obligation, today: date, calendar: WorkCalendar) -> Due:
    """The due day by the term alone, with its explanation in Chinese; a counted term needs `triggered_on`."""
    term = obligation.term
    if term.rule is None:
        return Due(None, False, term.reason)
    if term.rule.n is not None and obligation.triggered_on is None:
        return Due(None, False, f"“{term.rule.in_words()}”要等起算的事情发生才有日期")
    return term.rule.due(obligation.triggered_on or today, calendar)


def with_due_day(
    obligation: Obligation, held: Obligation | None, stated: date | None, today: date, calendar: WorkCalendar
) -> Obligation:
    """The obligation with its due day by the term, or the stated day where the term names none.

    A yearly one whose term has not changed stays in the round of the `held` version, so that editing it
    does not wipe out a day that was missed. Raises DueDayAgainstTerm when term and stated day differ.
    """
    if held is not None and obligation.yearly and _same_term(obligation, held):
        return replace(obligation, due_on=held.due_on, counts_from=held.counts_from)
    due = due_by_term(obligation, today, calendar)
    if stated is not None and due.on is not None and stated != due.on:
        facts = {"due_on": stated, "raw_term": obligation.raw_term, "term_due_on": due.on}
        raise DueDayAgainstTerm(**facts, field="due_on")
    counts_from = due.on - A_YEAR if due.on is not None and obligation.yearly else None
    return replace(obligation, due_on=due.on or stated, due_provisional=due.provisional, counts_from=counts_from)


def _same_term(one: Obligation, other: Obligation) -> bool:
    return (one.term.rule, one.triggered_on) == (other.term.rule, other.triggered_on)


def with_evidence(obligation: Obligation, documents: Iterable[Evidence]) -> Obligation:
    """The obligation fulfilled by what stands of `documents`.

    One with a day to meet is fulfilled by any document that names its item. Otherwise a recurring one is
    only by documents an editor named: its coverage is counted per document, not once.
    """
    known = {document.id: document for document in documents}
    standing = {name for name in obligation.named_documents if name not in known or not known[name].withdrawn}
    if obligation.catalogue_item is not None and (obligation.yearly or not obligation.recurring):
        standing |= {document.id for document in known.values() if _fulfils(obligation, document)}
    if obligation.counts_from is not None:
        standing = {name for name in standing if name in known}
        standing = {name for name in standing if known[name].published_on > obligation.counts_from}
    met_on = min((known[name].published_on for name in standing if name in known), default=None)
    return replace(obligation, fulfilled_by=tuple(sorted(standing)), met_on=met_on)


def _fulfils(obligation: Obligation, document: Evidence) -> bool:
    return obligation.catalogue_item in document.items and not document.withdrawn


def next_round(obligation: Obligation, today: date, calendar: WorkCalendar) -> Obligation | None:
    """A yearly obligation, met and past its day, as it stands for the next year; None when not so.

    Documents up to the day it was met belong to the round that ends: a late report is not next year's.
    """
    rule, due_on, met_on = obligation.term.rule, obligation.due_on, obligation.met_on
    if not (obligation.active and obligation.yearly) or rule is None or due_on is None or met_on is None:
        return None
    if due_on >= today:
        return None
    following = rule.due(due_on + timedelta(days=1), calendar).on
    return replace(obligation, due_on=following, counts_from=max(due_on, met_on), fulfilled_by=(), met_on=None)


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
        version=held.version if held else 0,
    )
    return with_due_day(duty, held, None, today, calendar)
