"""What the history says about overrides of findings (primary key)."""

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from publishing.domain.checks.overriding import WRITING, Override, overrides_in
from publishing.domain.document import Document
from publishing.domain.states import Action
from publishing.store.tables import history

_LINES = (
    select(history)
    .where(history.c.document_id == bindparam("document"), history.c.action.in_([*WRITING, Action.OVERRIDE]))
    .order_by(history.c.position)
)


async def overrides_of(document: Document, connection: AsyncConnection) -> dict[str, Override]:
    """The overrides that hold for the working edition as it is."""
    rows = await connection.execute(_LINES, {"document": document.id})
    return overrides_in(rows.mappings(), document.edition.content_hash)
