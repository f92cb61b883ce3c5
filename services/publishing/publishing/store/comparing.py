"""What a copy of the public record is compared with: bucket sums, and the rows of one bucket.

The arithmetic is that of `shared.digests`, done where the rows are.
"""

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
_ROWS = text(
    f"SELECT id, version, {_STATUS} AS status, content_hash, changed_at, "  # noqa: S608 - constants
    "NOT EXISTS (SELECT 1 FROM outbox WHERE subject = document.id::text AND sent_at IS NULL) AS relayed "
    f"FROM document WHERE public_edition IS NOT NULL AND {_BUCKET} = :bucket ORDER BY id"
)


async def bucket_sums(connection: AsyncConnection) -> dict[str, tuple[int, int]]:
    """Documents and sum of fingerprints of every bucket that holds any, by one pass over `document`."""
    rows = await connection.execute(_SUMS)
    return {row.bucket: (row.documents, row.sum) for row in rows}


async def bucket_rows(connection: AsyncConnection, bucket: str) -> list[RowMapping]:
    """The documents of one bucket; `relayed` tells that no event of theirs waits to be sent."""
    return list((await connection.execute(_ROWS, {"bucket": bucket})).mappings())
