"""Signing in and out. An attempt is counted before its password is looked at, so no crowd of attempts
outruns the lock; a success takes the count back."""

import math
from datetime import datetime
from typing import Protocol

from identity.domain.sign_in import (
    Client,
    Failures,
    Session,
    attempted_name_key,
    new_secret,
    secret_hash,
)
from identity.domain.staff import Staff
from shared.auth import Principal
from shared.problems import NotSignedIn, TooMany

WRONG = "用户名或密码不正确"
ENDED = "登录已失效，请重新登录"


class FailureCounts(Protocol):
    async def get_locked(self, name_key: str, at: datetime) -> Failures: ...
    async def save(self, name_key: str, failures: Failures) -> None: ...
    async def clear(self, name_key: str) -> None: ...


class Sessions(Protocol):
    async def get(self, id_hash: str) -> Session | None: ...
    async def add(self, session: Session) -> None: ...
    async def mark_seen(self, session: Session) -> None: ...


class People(Protocol):
    async def get(self, username: str) -> Staff | None: ...


class Clients(Protocol):
    async def get(self, client_id: str) -> Client | None: ...


class Comparing(Protocol):
    async def matches(self, password_hash: str | None, password: str) -> bool: ...


async def count_attempt(username: str, at: datetime, failures: FailureCounts) -> None:
    """Count an attempt as failed until it succeeds. Raises TooMany while the name is locked."""
    key = attempted_name_key(username)
    known = await failures.get_locked(key, at)
    wait = known.locked_for(at)
    if wait:
        seconds = math.ceil(wait.total_seconds())
        refusal = TooMany(f"连续失败次数过多，请 {seconds} 秒后再试", retry_after=seconds)
        refusal.headers["Retry-After"] = str(seconds)
        raise refusal
    await failures.save(key, known.one_more(at))


async def check_credentials(person: Staff | None, password: str, passwords: Comparing) -> Staff:
    """The person, if the password is theirs; one refusal for an unknown name and a wrong password."""
    known_hash = person.password_hash if person is not None and person.active else None
    if not await passwords.matches(known_hash, password) or person is None:
        raise NotSignedIn(WRONG)
    return person


async def open_session(
    person: Staff, at: datetime, people: People, sessions: Sessions, failures: FailureCounts
) -> tuple[str, Session]:
    """A new session and its id. Raises NotSignedIn if the person was changed since the check."""
    if await people.get(person.username) != person:
        raise NotSignedIn(WRONG)
    await failures.clear(attempted_name_key(person.username))
    session_id = new_secret()
    session = Session.start(session_id, person.username, at)
    await sessions.add(session)
    return session_id, session


async def use_session(session_id: str, at: datetime, people: People, sessions: Sessions) -> tuple[Staff, Session]:
    """The person behind a live session, which is seen now. Raises NotSignedIn."""
    session = await sessions.get(secret_hash(session_id))
    if session is None or not session.is_live(at):
        raise NotSignedIn(ENDED)
    person = await people.get(session.username)
    if person is None or not person.active:
        raise NotSignedIn(ENDED)
    seen = session.seen(at)
    if seen is not session:
        await sessions.mark_seen(seen)
    return person, seen


async def client_principal(client_id: str, secret: str, clients: Clients) -> Principal:
    """Who a client is, by its secret. Raises NotSignedIn, alike for an unknown id and a wrong secret."""
    client = await clients.get(client_id)
    if client is None or not client.accepts(secret):
        raise NotSignedIn("客户端标识或密钥不正确", error="invalid_client")
    return Principal(client.client_id, client.name, client.grants)


def staff_principal(person: Staff) -> Principal:
    return Principal(person.username, person.name, person.grants)
