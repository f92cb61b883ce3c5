"""The running service as its callers see it, with an identity service that only publishes keys."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
from joserfc import jwt
from joserfc.jwk import OKPKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from shared.auth import ISSUER
from shared.roles import EVERY_DEPARTMENT, Role
from shared.settings import Settings
from supervision.app import api
from tests.support.serving import serving

Grant = tuple[Role, str]
EVERYWHERE: Grant = (Role.SUPERVISOR, EVERY_DEPARTMENT)


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any


class Caller:
    """Asks the service, with a token for the grants named or, without any, as the public."""

    def __init__(self, http: aiohttp.ClientSession, key: OKPKey) -> None:
        self._http = http
        self._key = key

    async def get(self, path: str, *grants: Grant, **query: str | int) -> Answer:
        headers = {"Authorization": f"Bearer {self._token(grants)}"} if grants else {}
        async with self._http.get(f"/api/supervision/{path}", params=query, headers=headers) as answer:
            return Answer(answer.status, await answer.json(content_type=None))

    async def all_pages(self, path: str, *grants: Grant, **query: str) -> list[dict[str, Any]]:
        """Every item of a list, two at a time."""
        items: list[dict[str, Any]] = []
        page = (await self.get(path, *grants, limit=2, **query)).body
        items += page["items"]
        while page["next_cursor"]:
            page = (await self.get(path, *grants, limit=2, cursor=page["next_cursor"], **query)).body
            items += page["items"]
        return items

    def _token(self, grants: Sequence[Grant]) -> str:
        claims = {
            "iss": ISSUER,
            "sub": "someone",
            "name": "某人",
            "grants": [[role.value, where] for role, where in grants],
            "exp": int(time.time()) + 60,
        }
        return jwt.encode({"alg": "Ed25519", "kid": self._key.kid}, claims, self._key, algorithms=["Ed25519"])


@asynccontextmanager
async def answering(database_url: str, now: datetime) -> AsyncIterator[Caller]:
    """The service on a socket, for which it is always `now`."""
    key = OKPKey.generate_key("Ed25519", {"use": "sig"}, auto_kid=True)

    async def jwks(_: Request) -> JSONResponse:
        return JSONResponse({"keys": [key.as_dict(private=False)]})

    async with serving(Starlette(routes=[Route("/.well-known/jwks.json", jwks)])) as identity_url:
        settings = Settings(service="supervision", database_url=database_url, identity_url=identity_url)
        async with serving(api(settings, lambda: now)) as url, aiohttp.ClientSession(url) as http:
            yield Caller(http, key)
