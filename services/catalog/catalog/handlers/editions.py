"""Drafting, changing and publishing editions of the catalogue."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from catalog.domain.edition_changes import changed_items, check_retirements
from catalog.domain.editions import CatalogueItem, Edition, LiveItem, RowError, check_items, row_errors
from catalog.domain.fulfilment import derive
from catalog.domain.obligations import DERIVED_PREFIX
from catalog.handlers.obligations import save_changed, with_held_evidence
from catalog.handlers.ports import Desk
from catalog.handlers.versions import check_version
from shared.problems import NotFound
from shared.rules import DomainError


class KeyUsedOtherwise(DomainError):
    """这个 Idempotency-Key 已用于另一次提交，请换一个"""

    status = 422


@dataclass(frozen=True)
class DraftContent:
    """What an editor hands in: all rows, and the reason for each item the edition drops."""

    title: str
    department: str
    items: tuple[CatalogueItem, ...]
    retirements: Mapping[str, str] = field(default_factory=dict)

    def fingerprint(self) -> str:
        rows = [item.model_dump(mode="json") for item in self.items]
        content = orjson.dumps([self.title, self.department, rows, dict(self.retirements)])
        return hashlib.sha256(content).hexdigest()


async def draft_edition(content: DraftContent, key: str, by: str, desk: Desk) -> Edition:
    """A new draft; the same Idempotency-Key (empty: none) gives the draft made before.

    Raises the refusals of `check_items`, and KeyUsedOtherwise when the key came with other content.
    """
    check_items(content.items)
    fingerprint = content.fingerprint()
    earlier = await desk.answers.earlier(key, by, fingerprint) if key else None
    if earlier is not None:
        kept_fingerprint, number_kept = earlier
        if kept_fingerprint != fingerprint:
            raise KeyUsedOtherwise(field="Idempotency-Key")
        return await get_edition(int(number_kept), desk)
    await desk.editions.lock()
    number = await desk.editions.next_number()
    edition = Edition(number, content.department, content.title, content.items, content.retirements)
    await desk.editions.save(edition)
    if key:
        await desk.answers.keep(key, by, str(number))
    return edition


async def revise_edition(number: int, content: DraftContent, expected: int, desk: Desk) -> Edition:
    """Replace a draft's content; its department stays. Raises EditionIsFixed once it is published."""
    await desk.editions.lock()
    held = await get_edition(number, desk)
    held.require_draft()
    check_version(held.version, expected)
    edition = held.revise(content.title, content.items, content.retirements)
    await desk.editions.save(edition)
    return edition


async def publish_edition(number: int, expected: int, by: str, desk: Desk) -> Edition:
    """Make a draft the current edition of its department, and tell of every item it changes.

    Raises:
        EditionIsFixed, EditionIsEmpty, UnresolvedRowErrors: see `Edition.publish`.
        ItemBelongsElsewhere: see `changed_items`.
        RetiredWithoutReason: see `check_retirements`.
    """
    await desk.editions.lock()
    draft = await get_edition(number, desk)
    draft.require_draft()
    check_version(draft.version, expected)
    edition = draft.publish(desk.today, await open_rows(draft, desk))
    known = await desk.items.known(edition.department, [item.id for item in edition.items])
    changed = changed_items(edition, known)
    retired = [live.item.id for live in changed if live.retired]
    check_retirements(edition, changed, await desk.obligations.open_titles(retired))
    older = await desk.editions.current(edition.department)
    if older is not None:
        await desk.editions.save(older.supersede())
    await desk.editions.save(edition)
    await desk.items.save(changed)
    await desk.outbox.add(edition.published(by), *(live.event(by) for live in changed))
    await desk.documents.lock(live.item.id for live in changed)
    for live in changed:
        await _derive_obligation(live, by, desk)
    return edition


async def open_rows(edition: Edition, desk: Desk) -> list[RowError]:
    """The rows that keep a draft from being published, as the columns stand now."""
    return row_errors(edition.items, {column.code for column in await desk.columns.all() if column.active})


async def get_edition(number: int, desk: Desk) -> Edition:
    found = await desk.editions.get(number)
    if found is None:
        raise NotFound(f"没有第{number}版目录")
    return found


async def _derive_obligation(live: LiveItem, by: str, desk: Desk) -> None:
    held = await desk.obligations.get_for_change(f"{DERIVED_PREFIX}{live.item.id}")
    duty = derive(live, held, desk.today, desk.calendar)
    await save_changed(await with_held_evidence(duty, desk), by, desk)
