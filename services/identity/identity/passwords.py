"""argon2id off the event loop, with equal work whether or not anybody bears the name."""

import asyncio
import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

HASHES_AT_ONCE = 2


class Passwords:
    """Hashes and compares passwords, a few at a time: each takes 64 MiB and a core for some 50 ms."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash(secrets.token_urlsafe(32))
        self._free = asyncio.Semaphore(HASHES_AT_ONCE)

    async def hash(self, password: str) -> str:
        """The PHC text of a password, freshly salted."""
        async with self._free:
            return await asyncio.to_thread(self._hasher.hash, _normalised(password))

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether this is the password. None stands for nobody's: the same work, and False."""
        async with self._free:
            return await asyncio.to_thread(self._verify, password_hash, _normalised(password))

    def _verify(self, password_hash: str | None, password: bytes) -> bool:
        try:
            return self._hasher.verify(password_hash or self._nobody, password) and password_hash is not None
        except (Argon2Error, InvalidHashError):
            return False


def _normalised(password: str) -> bytes:
    """The same bytes for the same signs, whichever keyboard composed them (RFC 8265, OpaqueString)."""
    return unicodedata.normalize("NFC", password).encode(errors="replace")
