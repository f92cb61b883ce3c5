"""Short-lived tokens, signed with Ed25519; every service verifies them by the published keys."""

import asyncio
import time
from datetime import datetime

from joserfc import jwt
from joserfc.jwk import DictKey, KeySet, KeySetSerialization, OKPKey
from sqlalchemy.ext.asyncio import AsyncEngine

from identity.domain.signing import TOKEN_LIFETIME, SigningKey, signing_key
from identity.store.sign_in import SigningKeyStore
from shared.auth import ISSUER, Principal, read_token
from shared.events import now
from shared.problems import NotSignedIn

KEYS_SECONDS = 60
RELOAD_SECONDS = 5


def generate_key(at: datetime) -> SigningKey:
    """A new key; its id is its RFC 7638 thumbprint."""
    made = OKPKey.generate_key("Ed25519", parameters={"use": "sig", "alg": "Ed25519"}, auto_kid=True)
    return SigningKey(str(made.kid), _text_values(made.as_dict(private=True)), at)


def sign(principal: Principal, key: SigningKey, at: datetime) -> str:
    """A token that says who this is and what they may do, for five minutes."""
    claims = {
        "iss": ISSUER,
        "sub": principal.subject,
        "name": principal.name,
        "grants": sorted([str(role), where] for role, where in principal.grants),
        "exp": int((at + TOKEN_LIFETIME).timestamp()),
    }
    header = {"alg": "Ed25519", "kid": key.kid}
    return jwt.encode(header, claims, OKPKey.import_key(dict(key.private_key)), algorithms=["Ed25519"])


def published(keys: list[SigningKey]) -> KeySetSerialization:
    """The public halves as a JWK set."""
    public = [OKPKey.import_key(dict(key.private_key)).as_dict(private=False) for key in keys]
    return {"keys": public}


async def current_keys(store: SigningKeyStore, at: datetime) -> list[SigningKey]:
    """The published keys, newest first; the very first is made here."""
    keys = await store.all()
    if signing_key(keys) is None:
        await store.lock()
        keys = await store.all()
        if signing_key(keys) is None:
            made = generate_key(at)
            await store.add(made)
            keys = [made, *keys]
    return [key for key in keys if key.is_published(at)]


async def rotate(store: SigningKeyStore, at: datetime) -> SigningKey:
    """Make a new key that signs from now on; forget those whose last token expired long ago."""
    await store.lock()
    for key in await store.all():
        if key.retired_at is None:
            await store.retire(key.kid, at)
        elif not key.is_published(at):
            await store.remove(key.kid)
    made = generate_key(at)
    await store.add(made)
    return made


class TokenIssuer:
    """Signs tokens and, like other services' `TokenVerifier`, reads them; keys are loaded once a minute."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._keys: list[SigningKey] = []
        self._read = 0.0
        self._reading = asyncio.Lock()

    async def issue(self, principal: Principal) -> str:
        keys = await self._current()
        key = signing_key(keys)
        assert key is not None  # noqa: S101 - `current_keys` made one
        return sign(principal, key, now())

    async def public_keys(self) -> KeySetSerialization:
        return published(await self._current())

    async def verify(self, token: str) -> Principal:
        """The principal of a valid token. Raises NotSignedIn."""
        keys = KeySet.import_key_set(published(await self._current()))
        try:
            return read_token(token, keys)
        except NotSignedIn:
            if time.monotonic() - self._read < RELOAD_SECONDS:
                raise
        self._read = 0.0
        return read_token(token, KeySet.import_key_set(published(await self._current())))

    async def _current(self) -> list[SigningKey]:
        async with self._reading:
            if not self._keys or time.monotonic() - self._read > KEYS_SECONDS:
                async with self._engine.begin() as connection:
                    self._keys = await current_keys(SigningKeyStore(connection), now())
                self._read = time.monotonic()
            return self._keys


def _text_values(key: DictKey) -> dict[str, str]:
    return {name: str(value) for name, value in key.items()}
