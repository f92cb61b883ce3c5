"""What a copy of the public record is compared with: bucket sums, and the rows of one bucket.

The arithmetic is that of `shared.digests`, done where the rows are.
"""

from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.digests import BUCKET_DIGITS

_STATUS = "CASE WHEN withdrawn_at IS NULL THEN 'published' ELSE 'withdrawn' END"
_FINGERPRINT = (
    f"('x' || left(md5(concat_ws(' ', id::text, version::text, {_STATUS}, content_hash)), 8))::bit(32)::bigint"
)
_BUCKET = f"left(md5(id::text), {BUCKET_DIGITS})"
_SUMS = text(
    f"SELECT {_BUCKET} AS bucket, count(*) AS documents, sum({_FINGERPRINT})::bigint AS sum "  # noqa: S608 - constants
    "FROM document WHERE public_edition IS NOT NULL GROUP BY 1"
)
_ROWS = (
    f"SELECT id, version, {_STATUS} AS status, content_hash, changed_at, "  # noqa: S608 - constants
    "NOT EXISTS (SELECT 1 FROM outbox WHERE subject = document.id::text AND sent_at IS NULL) AS relayed "
    "FROM document WHERE public_edition IS NOT NULL"
)
_OF_BUCKETS = text(f"{_ROWS} AND {_BUCKET} = ANY(:buckets) ORDER BY id")
_AFTER = text(f"{_ROWS} AND id > :after ORDER BY id LIMIT :most")
FIRST = UUID(int=0)


async def bucket_sums(connection: AsyncConnection) -> dict[str, tuple[int, int]]:
    """Documents and sum of fingerprints of every bucket that holds any, by one pass over `document`."""
    rows = await connection.execute(_SUMS)
    return {row.bucket: (row.documents, row.sum) for row in rows}


async def rows_of_buckets(connection: AsyncConnection, buckets: list[str]) -> list[RowMapping]:
    """The documents of these buckets, by one pass; `relayed` tells that no event of theirs waits to be sent."""
    return list((await connection.execute(_OF_BUCKETS, {"buckets": buckets})).mappings())


async def rows_after(connection: AsyncConnection, after: UUID | None, limit: int) -> list[RowMapping]:
    """The same of all documents in order of id (primary key), a page at a time."""
    return list((await connection.execute(_AFTER, {"after": after or FIRST, "most": limit})).mappings())
