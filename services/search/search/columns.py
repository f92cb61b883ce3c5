"""The column tree (栏目), so that a search in a column finds what stands in the columns below it.

An item's entry in the index names its own column only; the tree is applied to the question. So a column can move
without a single document being written again.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import structlog
from sqlalchemy import BigInteger, Boolean, Column, Table, Text, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from search.store import delivery, metadata
from shared.consuming import MessageHandler, of_event
from shared.events import ColumnState, Event
from shared.inbox import first_delivery
from shared.newest import keep_newest

log = structlog.get_logger(__name__)

COLUMN_QUEUE = "search.column"
RELOAD_SECONDS = 5.0

columns = Table(
    "columns",
    metadata,
    Column("code", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("parent", Text),
    Column("active", Boolean, nullable=False),
)


class Place(NamedTuple):
    """A column's name and the code of the column it stands in."""

    name: str
    parent: str | None


@dataclass(frozen=True)
class ColumnTree:
    """The columns as last announced; a code it does not know stands alone."""

    places: Mapping[str, Place] = field(default_factory=dict)
    revision: int = 0

    def with_all_below(self, codes: Iterable[str]) -> tuple[str, ...]:
        """The codes and those of every column below them."""
        wanted = set(codes)
        return tuple(sorted(wanted | {code for code in self.places if wanted & set(self.path(code))}))

    def path(self, code: str) -> list[str]:
        """The column's code and those above it, from the inside out; a circle is followed once."""
        found: list[str] = []
        step: str | None = code
        while step and step not in found:
            found.append(step)
            step = self.places[step].parent if step in self.places else None
        return found

    def name(self, code: str) -> str:
        return self.places[code].name if code in self.places else code

    def parent(self, code: str) -> str | None:
        return self.places[code].parent if code in self.places else None

    def counted(self, held: Mapping[str, int]) -> dict[str, int]:
        """Items per column, those of the columns below included; exact, as an item stands in one column."""
        totals: dict[str, int] = {}
        for code, count in held.items():
            for above in self.path(code):
                totals[above] = totals.get(above, 0) + count
        return totals


def column_consumer(engine: AsyncEngine) -> MessageHandler:
    """Keep the newest state of each column; order and repetition do not matter."""

    async def handle(event: Event) -> None:
        assert isinstance(event.data, ColumnState)  # noqa: S101 - the envelope checks type against payload
        async with engine.begin() as connection:
            if await first_delivery(connection, delivery.inbox, COLUMN_QUEUE, event):
                await keep_column(connection, event.data, event.sequence)

    return of_event(handle)


async def keep_column(connection: AsyncConnection, state: ColumnState, sequence: int) -> None:
    row = {"sequence": sequence, **state.model_dump(include={"code", "name", "parent", "active"})}
    await keep_newest(connection, columns, row)


async def load_tree(connection: AsyncConnection) -> ColumnTree:
    """The whole tree; inactive columns too, as their items stay published."""
    rows = await connection.execute(select(columns.c.code, columns.c.name, columns.c.parent))
    return ColumnTree({row.code: Place(row.name, row.parent) for row in rows})


class KnownColumns:
    """The tree in memory, at most RELOAD_SECONDS old; while the database is away the last one known."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self.tree = ColumnTree()

    def names(self) -> dict[str, str]:
        """Each column's name by its code."""
        return {code: place.name for code, place in self.tree.places.items()}

    def _take(self, read: ColumnTree) -> None:
        if read.places != self.tree.places:
            self.tree = ColumnTree(read.places, self.tree.revision + 1)

    async def run(self) -> None:
        """Keep the tree fresh until cancelled."""
        while True:
            try:
                async with self._engine.connect() as connection:
                    self._take(await load_tree(connection))
            except Exception as error:
                log.warning("columns.not_read", error=repr(error))
            await asyncio.sleep(RELOAD_SECONDS)
