"""Sign-in: how long failures lock a name, and how long a session lives."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from identity.domain.staff import Grant

FREE_FAILURES = 4
FIRST_LOCK = timedelta(seconds=30)
LONGEST_LOCK = timedelta(minutes=15)
FAILURES_FORGOTTEN_AFTER = timedelta(hours=24)

SESSION_LONGEST = timedelta(hours=12)
SESSION_IDLE = timedelta(minutes=60)
SEEN_PRECISION = timedelta(minutes=1)


def lock_after(failures: int) -> timedelta:
    """How long a name stays locked after so many failures in a row: 30 s after 5, doubling to 15 min."""
    if failures <= FREE_FAILURES:
        return timedelta(0)
    doublings = min(failures - FREE_FAILURES - 1, 16)
    return min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)


@dataclass(frozen=True)
class Failures:
    """The failures in a row of one name, whether or not somebody bears it."""

    count: int = 0
    last: datetime | None = None

    def locked_for(self, at: datetime) -> timedelta:
        """How much longer no attempt is accepted; zero when one is."""
        lock = lock_after(self.count)
        if self.last is None or not lock:
            return timedelta(0)  # attempts at once read the clock in one order and are counted in another
        return max(self.last + lock - at, timedelta(0))

    def one_more(self, at: datetime) -> "Failures":
        """Another failure; a day of quiet starts the count afresh."""
        forgotten = self.last is not None and at - self.last >= FAILURES_FORGOTTEN_AFTER
        return Failures(1 if forgotten else self.count + 1, at)


def attempted_name_key(username: str) -> str:
    """Under what failures of a name are counted: a hash, since people type passwords into the wrong field."""
    return hashlib.sha256(username.strip().casefold().encode(errors="replace")).hexdigest()


def new_secret() -> str:
    """256 random bits as URL-safe text: a session's id, a system's secret."""
    return secrets.token_urlsafe(32)


def secret_hash(secret: str) -> str:
    """What is stored of a 256-bit random secret."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def csrf_token(session_id: str) -> str:
    """The session's CSRF token: derived from its id, which it does not reveal, so nothing more is stored."""
    return hmac.new(session_id.encode(errors="replace"), b"sunlight csrf", hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Client:
    """A system or command line that signs in with its own secret; inactive ones get no token."""

    client_id: str
    secret_hash: str
    name: str
    grants: frozenset[Grant]
    active: bool

    def accepts(self, secret: str) -> bool:
        return hmac.compare_digest(self.secret_hash, secret_hash(secret)) and self.active


@dataclass(frozen=True)
class Session:
    """A signed-in browser: 12 hours at most, and an hour after it was last seen."""

    id_hash: str
    username: str
    started_at: datetime
    seen_at: datetime

    @classmethod
    def start(cls, session_id: str, username: str, at: datetime) -> "Session":
        return cls(secret_hash(session_id), username, at, at)

    @property
    def expires_at(self) -> datetime:
        """When it ends unless it is seen again."""
        return min(self.started_at + SESSION_LONGEST, self.seen_at + SESSION_IDLE)

    def is_live(self, at: datetime) -> bool:
        return at < self.expires_at

    def seen(self, at: datetime) -> "Session":
        """The session as seen now; itself within a minute, to spare a write on every page."""
        return self if at - self.seen_at < SEEN_PRECISION else replace(self, seen_at=at)
