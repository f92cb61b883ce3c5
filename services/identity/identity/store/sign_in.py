"""Failures in a row, sessions and signing keys."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.domain.sign_in import FAILURES_FORGOTTEN_AFTER, SESSION_IDLE, SESSION_LONGEST, Failures, Session
from identity.domain.signing import SigningKey
from identity.store.tables import sessions, sign_in_failures, signing_keys

# Any constant will do, as long as every process that changes the keys asks for the same lock.
KEYS_LOCK = 715_190_316


class FailureStore:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get_locked(self, name_key: str, at: datetime) -> Failures:
        """The failures of a name; attempts at the same name wait until this transaction ends."""
        row = {"name_key": name_key, "count": 0, "last": at}
        await self._connection.execute(insert(sign_in_failures).values(row).on_conflict_do_nothing())
        query = select(sign_in_failures).where(sign_in_failures.c.name_key == name_key).with_for_update()
        found = (await self._connection.execute(query)).mappings().one()
        return Failures(found["count"], found["last"])

    async def save(self, name_key: str, failures: Failures) -> None:
        await self._connection.execute(
            update(sign_in_failures)
            .where(sign_in_failures.c.name_key == name_key)
            .values(count=failures.count, last=failures.last)
        )

    async def clear(self, name_key: str) -> None:
        await self._connection.execute(delete(sign_in_failures).where(sign_in_failures.c.name_key == name_key))

    async def forget_old(self, at: datetime) -> None:
        old = sign_in_failures.c.last < at - FAILURES_FORGOTTEN_AFTER  # ix_sign_in_failures_last
        await self._connection.execute(delete(sign_in_failures).where(old))


class SessionStore:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, id_hash: str) -> Session | None:
        row = (await self._connection.execute(select(sessions).where(sessions.c.id_hash == id_hash))).first()
        return Session(row.id_hash, row.username, row.started_at, row.seen_at) if row else None

    async def add(self, session: Session) -> None:
        await self._connection.execute(
            insert(sessions).values(
                id_hash=session.id_hash,
                username=session.username,
                started_at=session.started_at,
                seen_at=session.seen_at,
            )
        )

    async def mark_seen(self, session: Session) -> None:
        await self._connection.execute(
            update(sessions).where(sessions.c.id_hash == session.id_hash).values(seen_at=session.seen_at)
        )

    async def end(self, id_hash: str) -> None:
        await self._connection.execute(delete(sessions).where(sessions.c.id_hash == id_hash))

    async def end_all_of(self, username: str) -> None:
        await self._connection.execute(delete(sessions).where(sessions.c.username == username))

    async def forget_ended(self, at: datetime) -> None:
        idle = sessions.c.seen_at < at - SESSION_IDLE  # ix_sessions_seen_at
        old = sessions.c.started_at < at - SESSION_LONGEST
        await self._connection.execute(delete(sessions).where(idle | old))


class SigningKeyStore:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock(self) -> None:
        """Let no other process make or retire keys before this transaction ends."""
        await self._connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": KEYS_LOCK})

    async def all(self) -> list[SigningKey]:
        """Every key, newest first."""
        query = select(signing_keys).order_by(signing_keys.c.created_at.desc())
        return [_key(row) for row in await self._connection.execute(query)]

    async def add(self, key: SigningKey) -> None:
        await self._connection.execute(
            insert(signing_keys).values(
                kid=key.kid,
                private_key=dict(key.private_key),
                created_at=key.created_at,
                retired_at=key.retired_at,
            )
        )

    async def retire(self, kid: str, at: datetime) -> None:
        await self._connection.execute(update(signing_keys).where(signing_keys.c.kid == kid).values(retired_at=at))

    async def remove(self, kid: str) -> None:
        await self._connection.execute(delete(signing_keys).where(signing_keys.c.kid == kid))


def _key(row: Row[Any]) -> SigningKey:
    return SigningKey(row.kid, row.private_key, row.created_at, row.retired_at)
