"""Who is calling: short-lived EdDSA tokens of the identity service, verified by its public keys.

Services share no secret. A principal's roles are each bound to one department, or to all (`*`).
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import aiohttp
from fastapi import Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.problems import NotAllowed, NotSignedIn, Unavailable
from shared.roles import EVERY_DEPARTMENT, ROLE_LABELS, Role

ISSUER = "sunlight-identity"
KEYS_SECONDS = 300
RETRY_SECONDS = 5  # while old keys are held, an identity service that hangs is not waited for at every request


@dataclass(frozen=True)
class Principal:
    """A signed-in person or system. `grants` pairs a role with a department code or `*`."""

    subject: str
    name: str
    grants: frozenset[tuple[str, str]]

    def may(self, role: Role, department: str | None = None) -> bool:
        """Whether the role is held for this department (any department when None)."""
        return any(
            held == role and (department is None or where in (department, EVERY_DEPARTMENT))
            for held, where in self.grants
        )

    def require(self, *roles: Role, department: str | None = None) -> None:
        """Raise NotAllowed unless one of the roles is held for the department."""
        if not any(self.may(role, department) for role in roles):
            wanted = "、".join(ROLE_LABELS[role] for role in roles)
            raise NotAllowed(f"此操作需要{wanted}权限" + (f"（部门 {department}）" if department else ""))

    def departments(self, role: Role) -> frozenset[str]:
        """Codes of the departments the role is held for; may contain `*`."""
        return frozenset(where for held, where in self.grants if held == role)


class TokenVerifier:
    """Verifies bearer tokens with the identity service's published keys, fetched when first needed."""

    def __init__(self, identity_url: str) -> None:
        self._url = f"{identity_url}/.well-known/jwks.json"
        self._keys: KeySet | None = None
        self._fetched = 0.0
        self._tried = 0.0
        self._fetching = asyncio.Lock()

    async def verify(self, token: str) -> Principal:
        """The principal of a valid token.

        Raises:
            NotSignedIn: the token is malformed, expired, or signed by another key.
            Unavailable: the keys cannot be fetched.
        """
        keys = await self._current_keys(force=False)
        try:
            return read_token(token, keys)
        except NotSignedIn:
            if time.monotonic() - self._fetched < 5:
                raise
            return read_token(token, await self._current_keys(force=True))

    async def _current_keys(self, force: bool) -> KeySet:
        async with self._fetching:
            now = time.monotonic()
            old = now - self._fetched > KEYS_SECONDS and now - self._tried > RETRY_SECONDS
            if self._keys is None or force or old:
                self._tried = now
                try:
                    await self._fetch()
                except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                    if self._keys is None:
                        raise Unavailable("暂时无法核验登录") from error
            assert self._keys is not None  # noqa: S101 - fetched above or raised
            return self._keys

    async def _fetch(self) -> None:
        timeout = aiohttp.ClientTimeout(total=3)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(self._url) as answer:
            answer.raise_for_status()
            self._keys = KeySet.import_key_set(await answer.json())
            self._fetched = time.monotonic()


def read_token(token: str, keys: KeySet) -> Principal:
    """Check signature, issuer and expiry of a token and read its principal. Raises NotSignedIn."""
    try:
        claims: dict[str, Any] = jwt.decode(token, keys, algorithms=["Ed25519", "EdDSA"]).claims
        jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": ISSUER}, exp={"essential": True}, sub={"essential": True}
        ).validate(claims)
        grants = frozenset((str(role), str(where)) for role, where in claims["grants"])
        return Principal(str(claims["sub"]), str(claims.get("name", "")), grants)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise NotSignedIn("登录已失效，请重新登录") from error


async def principal(request: Request) -> Principal:
    """FastAPI dependency: the caller, or 401."""
    found = await optional_principal(request)
    if found is None:
        raise NotSignedIn("此接口需要登录令牌")
    return found


async def optional_principal(request: Request) -> Principal | None:
    """FastAPI dependency: the caller if a token was sent, None for the public, 401 for a bad token."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if not token:
        return None
    if scheme.lower() != "bearer":
        raise NotSignedIn("只接受 Bearer 令牌")
    verifier: TokenVerifier = request.app.state.verifier
    return await verifier.verify(token)
