"""What one edition changes against another: items added, changed and retired, and what follows from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from catalog.domain.editions import (
    CatalogueItem,
    Edition,
    ItemBelongsElsewhere,
    LiveItem,
    RetiredWithoutReason,
)


@dataclass(frozen=True, slots=True)
class FieldChange:
    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class ItemChange:
    item: CatalogueItem
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Retirement:
    """A dropped item; `reason` is empty where nothing open depended on it and none was given."""

    item: CatalogueItem
    reason: str


@dataclass(frozen=True, slots=True)
class EditionDiff:
    added: tuple[CatalogueItem, ...]
    changed: tuple[ItemChange, ...]
    retired: tuple[Retirement, ...]


def diff(older: Edition, newer: Edition) -> EditionDiff:
    """What `newer` changes; rows are the same item when their ids are the same."""
    before = {item.id: item for item in older.items}
    after = {item.id: item for item in newer.items}
    changes = (_change(before[key], item) for key, item in after.items() if key in before)
    return EditionDiff(
        added=tuple(item for key, item in after.items() if key not in before),
        changed=tuple(change for change in changes if change.fields),
        retired=tuple(
            Retirement(item, newer.retirements.get(key, "")) for key, item in before.items() if key not in after
        ),
    )


def _change(before: CatalogueItem, after: CatalogueItem) -> ItemChange:
    old, new = before.model_dump(), after.model_dump()
    return ItemChange(after, tuple(FieldChange(name, old[name], new[name]) for name in new if old[name] != new[name]))


def changed_items(edition: Edition, live: Mapping[str, LiveItem]) -> list[LiveItem]:
    """The items that publishing `edition` changes, retired ones last.

    `live` holds every known item that the edition names or its department owns. Raises ItemBelongsElsewhere.
    """
    changed = []
    for item in edition.items:
        held = live.get(item.id)
        if held is not None and held.department != edition.department and not held.retired:
            raise ItemBelongsElsewhere(item=item.id, department=held.department)
        if held is None or held.retired or held.item != item:
            version = held.version + 1 if held else 1
            changed.append(LiveItem(item, edition.department, edition.number, version=version))
    kept = {item.id for item in edition.items}
    dropped = [
        replace(held, retired=True, edition=edition.number, version=held.version + 1)
        for key, held in live.items()
        if key not in kept and held.department == edition.department and not held.retired
    ]
    return changed + dropped


def check_retirements(
    edition: Edition, changed: Sequence[LiveItem], open_obligations: Mapping[str, Sequence[str]]
) -> None:
    """Refuse to drop an item that something open depends on, unless the edition says why.

    `open_obligations` maps an item's id to the titles of its open obligations. Raises RetiredWithoutReason.
    """
    for live in changed:
        waiting = open_obligations.get(live.item.id, ())
        if live.retired and waiting and not edition.retirements.get(live.item.id, "").strip():
            raise RetiredWithoutReason(
                name=live.item.name, obligations="、".join(waiting), field=f"retirements.{live.item.id}"
            )
