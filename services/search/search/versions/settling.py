"""Versions of one item kept in a chain: who belongs to it in PostgreSQL, what it means in the index.

A search of the index cannot tell who belongs together until the next refresh; the table can at once. The writer
records the members, writes the documents, and then settles: it reads the chain again and rewrites the flags of each
member whose flags differ, until none does. Whoever writes last also reads last, so that any order, repetition or crash
before the acknowledgement ends with the same flags.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

import structlog
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Row,
    Table,
    Text,
    bindparam,
    case,
    func,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncEngine

from search.index import Refusal
from search.store import metadata
from search.versions.chains import Member, chain_key, flags_of
from shared.consuming import DependencyAway
from shared.events import DocumentStatus, Validity

log = structlog.get_logger(__name__)

Document = dict[str, Any]
Flags = dict[str, Any]
Write = Callable[[Sequence[Document]], Awaitable[list[Refusal | None]]]

ROUNDS = 8

chain_members = Table(
    "chain_members",
    metadata,
    Column("document", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("chain", Text),
    Column("former", ARRAY(Text), nullable=False, server_default="{}"),
    Column("published", Boolean, nullable=False),
    Column("title", Text, nullable=False),
    Column("issued_on", Date),
    Column("published_at", DateTime(timezone=True), nullable=False),
    Column("validity", Text, nullable=False),
    Index("ix_chain_members_chain", "chain"),
    Index("ix_chain_members_former", "former", postgresql_using="gin"),
)


class NotSettled(DependencyAway):
    """A chain kept changing while its flags were written; the same message will do later."""


class FlagIndex(Protocol):
    """The flags of documents in one index: superseded_by, superseded_title, versions and validity."""

    async def flags(self, ids: Sequence[str]) -> dict[str, Flags]:
        """The flags of those that are in the index and published, as written last (not as last refreshed)."""
        ...

    async def rewrite(self, flags: dict[str, Flags]) -> dict[str, Refusal]:
        """Write these documents again with other flags, each at its own version or not at all.

        Why the engine will never take some of them, by id.
        """
        ...


class Settled(NamedTuple):
    """How many documents were rewritten, and which the engine refused to take with their flags."""

    rewritten: int
    refused: dict[str, Refusal]


async def write_versioned(
    write: Write, database: AsyncEngine, index: FlagIndex, batch: Sequence[Document]
) -> list[Any]:
    """Write documents and bring the flags of their chains up to date; the outcomes are those of `write`.

    A document of the batch that the engine refuses with its flags is refused; the others of its chain are not.
    Raises DependencyAway when database or index is away; then all may be written again.
    """
    keys = await record(database, batch)
    if not keys:
        return await write(batch)
    expected = await _expected(database, sorted(keys))
    outcomes = await write([_with_flags(document, expected) for document in batch])
    refused = (await settle(database, index, keys)).refused
    return [outcome or refused.get(document["id"]) for document, outcome in zip(batch, outcomes, strict=True)]


def _with_flags(document: Document, expected: dict[str, Flags]) -> Document:
    published = document["status"] == DocumentStatus.PUBLISHED.value
    return {**document, **expected.get(document["id"], {})} if published else document


async def record(database: AsyncEngine, batch: Sequence[Document]) -> set[str]:
    """Record what these documents say of their chains; every chain they are in or ever were in."""
    newest: dict[str, Document] = {}
    for document in sorted(batch, key=lambda document: document["version"]):
        newest[document["id"]] = document
    rows = [_row(newest[document]) for document in sorted(newest)]  # sorted: two writers lock in the same order
    joining = [row for row in rows if row["chain"]]
    leaving = [{"left": row["document"], "at": row["sequence"]} for row in rows if not row["chain"]]
    leaving = [row for row in leaving if row["at"] > 1]  # a first version was never in a chain
    if not joining and not leaving:
        return set()
    async with database.begin() as connection:
        if joining:
            await connection.execute(_JOIN, joining)
        if leaving:
            await connection.execute(_LEAVE, leaving)
        touched = [*(row["document"] for row in joining), *(row["left"] for row in leaving)]
        found = await connection.execute(_CHAINS_OF, {"documents": touched})
        return {key for row in found for key in (row.chain, *row.former) if key}


def _row(document: Document) -> dict[str, Any]:
    issued_on = document.get("issued_on")
    return {
        "document": document["id"],
        "sequence": document["version"],
        "chain": chain_key(document["department"], document["kind"], document["title"]),
        "published": document["status"] == DocumentStatus.PUBLISHED.value,
        "title": document["title"],
        "issued_on": date.fromisoformat(issued_on) if issued_on else None,
        "published_at": datetime.fromisoformat(document["published_at"]),
        "validity": document.get("validity") or Validity.IN_FORCE.value,
    }


def _with_former(offered: Any) -> Any:
    """The chains left so far, and the present one if it is left now."""
    held = chain_members.c
    left = held.chain.is_not(None) & held.chain.is_distinct_from(offered) & (held.chain != func.all(held.former))
    return case((left, func.array_append(held.former, held.chain)), else_=held.former)


def _join() -> Any:
    offered = insert(chain_members)
    names = [column.name for column in chain_members.columns if column.name not in ("document", "former")]
    taken = {name: offered.excluded[name] for name in names}
    return offered.on_conflict_do_update(
        index_elements=[chain_members.c.document],
        set_={**taken, "former": _with_former(offered.excluded.chain)},
        where=chain_members.c.sequence < offered.excluded.sequence,
    )


_JOIN = _join()
_LEAVE = (
    update(chain_members)
    .where(chain_members.c.document == bindparam("left"), chain_members.c.sequence < bindparam("at"))
    .values(sequence=bindparam("at"), chain=None, former=_with_former(null()))
)
_CHAINS_OF = select(chain_members.c.chain, chain_members.c.former).where(
    chain_members.c.document == func.any(bindparam("documents", type_=ARRAY(Text)))
)
_TOUCHING = select(chain_members).where(
    or_(
        chain_members.c.chain == func.any(bindparam("keys", type_=ARRAY(Text))),
        chain_members.c.former.overlap(bindparam("keys", type_=ARRAY(Text))),
    )
)


async def settle(database: AsyncEngine, index: FlagIndex, keys: Iterable[str]) -> Settled:
    """Make the flags in the index those of the chains as they stand now.

    What the engine refuses is left as it is: to try again would hold up all others and change nothing.
    For the live path, a rebuild (once per index written to) and reconciliation (with `all_chains`).

    Raises:
        NotSettled: the chains kept changing.
        DependencyAway: database or index is away.
    """
    wanted, rewritten = sorted(set(keys)), 0
    refused: dict[str, Refusal] = {}
    for _ in range(ROUNDS):
        found = await _differences(database, index, wanted)
        changes = {document: flags for document, flags in found.items() if document not in refused}
        if not changes:
            return Settled(rewritten, refused)
        fresh = await index.rewrite(changes)
        for document, refusal in fresh.items():
            log.warning("index.flags_refused", document=document, reason=refusal.reason)
        refused |= fresh
        rewritten += len(changes) - len(fresh)
    raise NotSettled(f"chains {wanted[:5]}")


async def _differences(database: AsyncEngine, index: FlagIndex, keys: Sequence[str]) -> dict[str, Flags]:
    """The flags to write, by document. A chain that only ever had one member was written right at once."""
    touching = await _touching(database, keys)
    chains = [[row for row in rows if row.chain == key] for key, rows in touching.items() if len(rows) > 1]
    held = await index.flags([row.document for rows in chains for row in rows])
    changes: dict[str, Flags] = {}
    for rows in chains:
        wanted = flags_of([_member(row) for row in rows if row.published and row.document in held])
        changes |= {document: flags for document, flags in wanted.items() if flags != held[document]}
    return changes


async def _touching(database: AsyncEngine, keys: Sequence[str]) -> dict[str, list[Row[Any]]]:
    """Who is in each chain or once was (ix_chain_members_chain, ix_chain_members_former)."""
    async with database.connect() as connection:
        rows = (await connection.execute(_TOUCHING, {"keys": list(keys)})).all()
    found: dict[str, list[Row[Any]]] = {key: [] for key in keys}
    for row in rows:
        for key in {row.chain, *row.former} & found.keys():
            found[key].append(row)
    return found


def _member(row: Row[Any]) -> Member:
    return Member(row.document, row.title, row.issued_on, row.published_at, Validity(row.validity))


async def _expected(database: AsyncEngine, keys: Sequence[str]) -> dict[str, Flags]:
    """The flags as they will be once every recorded member is written."""
    expected: dict[str, Flags] = {}
    for key, rows in (await _touching(database, keys)).items():
        expected |= flags_of([_member(row) for row in rows if row.chain == key and row.published])
    return expected


async def all_chains(database: AsyncEngine) -> list[str]:
    """Every chain that may need settling, for reconciliation."""
    several = select(chain_members.c.chain).group_by(chain_members.c.chain).having(func.count() > 1)
    left = select(func.unnest(chain_members.c.former))
    async with database.connect() as connection:
        return [key for key in (await connection.execute(several.union(left))).scalars() if key]
