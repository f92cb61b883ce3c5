"""Which submission of an external id stands: the highest sequence, decided under its row lock."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from publishing.store.tables import document, submission

_new = insert(submission).values(
    department=bindparam("department"),
    external_id=bindparam("external_id"),
    sequence=bindparam("sequence"),
    document_id=bindparam("document_id"),
)
_CLAIM = _new.on_conflict_do_update(
    index_elements=[submission.c.department, submission.c.external_id],
    set_={
        "sequence": _new.excluded.sequence,
        "document_id": func.coalesce(submission.c.document_id, _new.excluded.document_id),
        "received_at": func.now(),
    },
    where=submission.c.sequence < _new.excluded.sequence,
).returning(submission.c.document_id)
_UNNESTED = [
    func.unnest(bindparam(column.name, type_=ARRAY(column.type))).label(column.name)
    for column in (
        submission.c.department,
        submission.c.external_id,
        submission.c.sequence,
        submission.c.document_id,
    )
]
_CLAIM_NEW = (
    insert(submission)
    .from_select([column.name for column in _UNNESTED], select(*_UNNESTED))
    .on_conflict_do_nothing()
    .returning(submission.c.document_id)
)
_STANDING = (
    select(submission.c.document_id, document.c.version)
    .outerjoin(document, document.c.id == submission.c.document_id)
    .where(
        submission.c.department == bindparam("department"),
        submission.c.external_id == bindparam("external_id"),
    )
)


NewKey = tuple[str, str, int, UUID]
"""Department, external id, sequence, and the id a document of it would get."""


class SubmissionStore:
    """The ledger of submissions through one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def claim(
        self, department: str, external_id: str, sequence: int, document_id: UUID | None
    ) -> tuple[bool, UUID | None]:
        """Record the sequence if it is the highest yet, and keep others waiting until we commit.

        Returns whether it is, and the document the external id stands for (`document_id` if it is new).
        """
        key = {"department": department, "external_id": external_id}
        claimed = await self._connection.execute(_CLAIM, {**key, "sequence": sequence, "document_id": document_id})
        row = claimed.first()
        return (False, None) if row is None else (True, row.document_id)

    async def claim_new(self, keys: Sequence[NewKey]) -> set[UUID]:
        """Claim the external ids of which we have heard nothing; returns the document ids given to those.

        Keys are taken in one order by every worker, so that two of them never wait for each other.
        """
        departments, external_ids, sequences, document_ids = zip(*sorted(keys), strict=True)
        claimed = await self._connection.scalars(
            _CLAIM_NEW,
            {
                "department": departments,
                "external_id": external_ids,
                "sequence": sequences,
                "document_id": document_ids,
            },
        )
        return set(claimed)

    async def standing(self, department: str, external_id: str) -> tuple[UUID | None, int | None]:
        """The document an external id stands for, and its public version."""
        key = {"department": department, "external_id": external_id}
        row = (await self._connection.execute(_STANDING, key)).first()
        return (row.document_id, row.version) if row else (None, None)
