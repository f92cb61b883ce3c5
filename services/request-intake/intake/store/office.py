"""What the office keeps beside the requests: departments, counters, sealed texts, attempts, answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.domain.numbering import wait_after
from intake.domain.office import Department, KeyUsedOtherwise, Reading
from intake.domain.request import DisclosureRequest, RequestId
from intake.store.tables import applicant_reads, code_attempts, counters, delivery, departments, sealed_texts
from shared.crypto import CryptoProvider
from shared.events import new_id

KEEP_ATTEMPTS = text("now() - interval '1 day'")
KEEP_ANSWERS = text("now() - interval '7 days'")


class StoredDepartments:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, code: str) -> Department | None:
        found = await self._connection.execute(select(departments).where(departments.c.code == code))
        row = found.mappings().first()
        return Department(**row) if row else None

    async def taken(self, short_name: str) -> bool:
        query = select(departments.c.code).where(departments.c.short_name == short_name)
        return await self._connection.scalar(query) is not None

    async def put(self, department: Department) -> None:
        change = insert(departments).values(
            code=department.code,
            name=department.name,
            short_name=department.short_name,
            active=department.active,
            version=department.version,
        )
        newer = {name: change.excluded[name] for name in ("name", "active", "version")}
        await self._connection.execute(
            change.on_conflict_do_update(
                index_elements=[departments.c.code],
                set_=newer,
                where=departments.c.version < change.excluded.version,
            )
        )


class StoredNumbers:
    """The counter row stays locked until the transaction ends: a number taken back is given out again."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def next(self, department: str, year: int) -> int:
        first = insert(counters).values(department=department, year=year, last=1)
        step = first.on_conflict_do_update(
            index_elements=[counters.c.department, counters.c.year], set_={"last": counters.c.last + 1}
        )
        return int((await self._connection.execute(step.returning(counters.c.last))).scalar_one())


class SealedTexts:
    """Texts sealed under their place; there is no way to read them without leaving a trace."""

    def __init__(self, connection: AsyncConnection, crypto: CryptoProvider) -> None:
        self._connection = connection
        self._crypto = crypto

    async def put(self, request_id: RequestId, texts: Mapping[str, str]) -> None:
        rows = [
            {
                "request_id": request_id,
                "name": name,
                "sealed": self._crypto.seal(value, _place(request_id, name)),
            }
            for name, value in texts.items()
        ]
        change = insert(sealed_texts)
        newer = {"sealed": change.excluded.sealed, "written_at": func.now()}
        keys = [sealed_texts.c.request_id, sealed_texts.c.name]
        await self._connection.execute(change.on_conflict_do_update(index_elements=keys, set_=newer), rows)

    async def read(self, request: DisclosureRequest, reading: Reading, names: Sequence[str] = ()) -> dict[str, str]:
        query = select(sealed_texts.c.name, sealed_texts.c.sealed).where(sealed_texts.c.request_id == request.id)
        if names:
            query = query.where(sealed_texts.c.name.in_(names))
        rows = (await self._connection.execute(query.order_by(sealed_texts.c.name))).all()
        texts = {row.name: self._crypto.unseal(row.sealed, _place(request.id, row.name)) for row in rows}
        await self._connection.execute(
            applicant_reads.insert().values(
                id=new_id(),
                request_id=request.id,
                at=reading.at,
                subject=reading.subject,
                name=reading.name,
                purpose=reading.purpose,
                fields=sorted(texts),
            )
        )
        return texts


def _place(request_id: RequestId, name: str) -> str:
    return f"sealed_texts/{name}/{request_id}"


class CodeAttempts:
    """Attempts at the same moment may pass together; the pause after them is the longer for it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def blocked_for(self, number: str, at: datetime) -> int:
        query = select(code_attempts.c.blocked_until).where(code_attempts.c.number == number)
        until = await self._connection.scalar(query)
        return max(0, -((at - until) // timedelta(seconds=1))) if until else 0

    async def failed(self, number: str, at: datetime) -> None:
        first = insert(code_attempts).values(number=number, failures=1, blocked_until=at)
        counted = first.on_conflict_do_update(
            index_elements=[code_attempts.c.number], set_={"failures": code_attempts.c.failures + 1}
        ).returning(code_attempts.c.failures)
        failures = (await self._connection.execute(counted)).scalar_one()
        pause = update(code_attempts).where(code_attempts.c.number == number)
        until = at + timedelta(seconds=wait_after(failures))
        await self._connection.execute(pause.values(blocked_until=until))

    async def succeeded(self, number: str) -> None:
        await self._connection.execute(delete(code_attempts).where(code_attempts.c.number == number))


class KeptAnswers:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._table = delivery.idempotency

    async def earlier(self, key: str, caller: str, fingerprint: str) -> bytes | None:
        """The insert waits for another transaction with the same key."""
        mine = insert(self._table).values(key=key, caller=caller, fingerprint=fingerprint)
        taken = await self._connection.execute(mine.on_conflict_do_nothing().returning(self._table.c.key))
        if taken.first() is not None:
            return None
        query = select(self._table).where(self._table.c.key == key, self._table.c.caller == caller)
        row = (await self._connection.execute(query)).one()
        if row.fingerprint != fingerprint:
            raise KeyUsedOtherwise(field="Idempotency-Key")
        return bytes(row.response)

    async def keep(self, key: str, caller: str, status: int, answer: bytes) -> None:
        held = update(self._table).where(self._table.c.key == key, self._table.c.caller == caller)
        await self._connection.execute(held.values(status=status, response=answer))


async def forget_old(connection: AsyncConnection) -> None:
    """Drop wrong attempts after a day and repeated answers after a week."""
    await connection.execute(delete(code_attempts).where(code_attempts.c.blocked_until < KEEP_ATTEMPTS))
    table = delivery.idempotency
    await connection.execute(delete(table).where(table.c.created_at < KEEP_ANSWERS))
