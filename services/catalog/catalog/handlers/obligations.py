"""Entering and assigning obligations, and fulfilling them with what departments publish."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from catalog.domain.fulfilment import next_round, with_due_day, with_evidence
from catalog.domain.obligations import (
    DERIVED_PREFIX,
    Obligation,
    ObligationIsDerived,
    UnknownColumn,
    UnknownItem,
)
from catalog.handlers.ports import Desk
from catalog.handlers.versions import check_version
from shared.events import DepartmentState, DocumentState, Event


async def put_obligation(
    wanted: Obligation, stated: date | None, expected: int | None, by: str, desk: Desk
) -> Obligation:
    """Create an obligation (no expected version) or change it; what is already so stays as it is.

    `stated` is a due day for a term that names none.

    Raises:
        ObligationIsDerived: it follows from a catalogue item.
        UnknownItem, UnknownColumn: it points to something that is not there.
        DueDayAgainstTerm: the stated day is not the term's.
        VersionRequired, StaleVersion: see `check_version`.
    """
    if wanted.id.startswith(DERIVED_PREFIX):
        raise ObligationIsDerived(obligation=wanted.id)
    await _check_places(wanted, desk)
    await desk.documents.lock([*wanted.named_documents, *filter(None, [wanted.catalogue_item])])
    held = await desk.obligations.get_for_change(wanted.id)
    version = held.version if held else 0
    dated = with_due_day(replace(wanted, version=version), held, stated, desk.today, desk.calendar)
    complete = await with_held_evidence(dated, desk)
    if complete == held:
        return held
    check_version(held.version if held else None, expected)
    return await save_changed(complete, by, desk)


async def record_documents(events: Sequence[Event], desk: Desk) -> None:
    """Hold documents' newest versions and fulfil, or reopen, what depends on them.

    What depends is looked for once for all: most documents fulfil nothing. A change is put down to the last of them
    by whose item or name the obligation was touched.
    """
    changed_by: dict[str, str] = {}
    items: set[str] = set()
    documents: set[str] = set()
    for event in events:
        state = event.data
        assert isinstance(state, DocumentState)  # noqa: S101 - `Event` has checked it
        before = await desk.documents.record(state, event.sequence)
        if before is not None:
            documents.add(state.id)
            items |= before | set(state.catalogue_items)
            changed_by |= dict.fromkeys([state.id, *before, *state.catalogue_items], event.actor)
    if not documents:
        return
    await desk.documents.lock([*documents, *items])
    for held in await desk.obligations.touched(items, documents):
        updated = await with_held_evidence(held, desk)
        if updated != held:
            reasons = [key for key in (*held.named_documents, held.catalogue_item) if key in changed_by]
            await save_changed(updated, changed_by[reasons[-1]], desk)


async def record_departments(events: Sequence[Event], desk: Desk) -> None:
    """Hold departments' newest names."""
    for event in events:
        state = event.data
        assert isinstance(state, DepartmentState)  # noqa: S101 - `Event` has checked it
        await desk.departments.record(state, event.sequence)


async def _check_places(wanted: Obligation, desk: Desk) -> None:
    if wanted.catalogue_item is not None:
        live = await desk.items.get(wanted.catalogue_item)
        if live is None or live.retired:
            raise UnknownItem(item=wanted.catalogue_item, field="catalogue_item")
    if wanted.column is not None:
        column = await desk.columns.get(wanted.column)
        if column is None or not column.active:
            raise UnknownColumn(column=wanted.column, field="column")


async def with_held_evidence(obligation: Obligation, desk: Desk) -> Obligation:
    documents = await desk.documents.evidence(obligation.catalogue_item, obligation.named_documents)
    return with_evidence(obligation, documents)


async def begin_next_rounds(desk: Desk) -> None:
    """Yearly obligations that are met and past their day come due for the next year."""
    ended = [held for held in await desk.obligations.all() if next_round(held, desk.today, desk.calendar)]
    await desk.documents.lock(held.catalogue_item for held in ended if held.catalogue_item)
    for held in ended:
        current = await desk.obligations.get_for_change(held.id)
        following = next_round(current, desk.today, desk.calendar) if current else None
        if following is not None:
            await save_changed(await with_held_evidence(following, desk), "", desk)


async def save_changed(obligation: Obligation, by: str, desk: Desk) -> Obligation:
    changed = replace(obligation, version=obligation.version + 1)
    await desk.obligations.save(changed)
    await desk.outbox.add(changed.changed(by))
    return changed
