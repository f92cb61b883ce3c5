"""Changing the tree of columns."""

from dataclasses import replace

from catalog.domain.columns import Column, check_place
from catalog.handlers.ports import Desk
from catalog.handlers.versions import check_version


async def put_column(wanted: Column, expected: int | None, by: str, desk: Desk) -> Column:
    """Create a column (no expected version) or change it; what is already so stays as it is.

    Raises:
        VersionRequired, StaleVersion: see `check_version`.
        ParentColumnMissing, ColumnCycle, ColumnStillHasChildren: see `check_place`.
    """
    await desk.columns.lock()
    held = await desk.columns.get(wanted.code)
    version = held.version if held else 0
    if replace(wanted, version=version) == held:
        return held
    check_version(held.version if held else None, expected)
    check_place(wanted, await desk.columns.all())
    column = replace(wanted, version=version + 1)
    await desk.columns.save(column)
    await desk.outbox.add(column.changed(by))
    return column
