"""A stand-in for the identity service: it publishes its keys over HTTP and signs tokens with them."""

import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from fastapi import FastAPI, Request
from joserfc import jwt
from joserfc.jwk import OKPKey

from shared.auth import ISSUER
from shared.roles import Role
from tests.support.serving import serving


@dataclass(frozen=True)
class Issuer:
    """Signs tokens that services verify by the keys found at `url`."""

    url: str
    key: OKPKey

    def token(self, subject: str, *grants: tuple[Role, str], name: str = "", seconds: int = 300) -> str:
        """A token for a person or system with these roles, each for one department or `*`."""
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "sub": subject,
            "name": name or subject,
            "grants": [[role.value, department] for role, department in grants],
            "exp": int(time.time()) + seconds,
        }
        return jwt.encode({"alg": "Ed25519", "kid": self.key.kid}, claims, self.key, algorithms=["Ed25519"])

    def headers(self, subject: str, roles: Iterable[Role], department: str = "*") -> dict[str, str]:
        """The Authorization header of someone who holds the roles for the department."""
        return {"Authorization": f"Bearer {self.token(subject, *((role, department) for role in roles))}"}


@asynccontextmanager
async def issuing() -> AsyncIterator[Issuer]:
    """Serve a fresh key while the context is open; every client that signs in is one of our services."""
    key = OKPKey.generate_key("Ed25519", {"kid": "test"}, auto_kid=False)
    app = FastAPI()

    @app.get("/.well-known/jwks.json")
    async def keys() -> dict[str, Any]:
        return {"keys": [key.as_dict(private=False)]}

    @app.post("/api/token")
    async def sign_in(request: Request) -> dict[str, Any]:
        form = parse_qs((await request.body()).decode())
        token = Issuer("", key).token(form["client_id"][0], (Role.SERVICE, "*"))
        return {"access_token": token, "token_type": "Bearer", "expires_in": 300}

    async with serving(app) as url:
        yield Issuer(url, key)
