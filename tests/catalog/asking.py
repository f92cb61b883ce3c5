"""The running service as its callers see it, with an identity service that only publishes keys."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
from joserfc import jwt
from joserfc.jwk import OKPKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from catalog.app import api
from shared.auth import ISSUER
from shared.roles import EVERY_DEPARTMENT, Role
from shared.settings import Settings
from tests.support.serving import serving

Grant = tuple[Role, str]
EDITOR: Grant = (Role.CATALOGUE_EDITOR, "audit")
COUNTY_EDITOR: Grant = (Role.CATALOGUE_EDITOR, EVERY_DEPARTMENT)
NOBODY: Grant = (Role.AUTHOR, "audit")


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    version: str | None

    @property
    def problem(self) -> str:
        return str(self.body["type"]).removeprefix("/problems/")


class Caller:
    """Asks the service with a token for the grant given or, without one, as the public."""

    def __init__(self, http: aiohttp.ClientSession, key: OKPKey) -> None:
        self._http = http
        self._key = key

    async def get(self, path: str, grant: Grant | None = None, **query: str | int) -> Answer:
        return await self._ask("GET", path, grant, params=query)

    async def put(self, path: str, grant: Grant | None, body: Any, version: str | int | None = None) -> Answer:
        return await self._ask("PUT", path, grant, json=body, headers=_if_match(version))

    async def post(
        self, path: str, grant: Grant | None, body: Any = None, version: str | int | None = None, key: str = ""
    ) -> Answer:
        headers = _if_match(version) | ({"Idempotency-Key": key} if key else {})
        return await self._ask("POST", path, grant, json=body, headers=headers)

    async def _ask(self, method: str, path: str, grant: Grant | None, **more: Any) -> Answer:
        headers = dict(more.pop("headers", {}))
        if grant is not None:
            headers["Authorization"] = f"Bearer {self._token(grant)}"
        async with self._http.request(method, path, headers=headers, **more) as answer:
            return Answer(answer.status, await answer.json(content_type=None), answer.headers.get("ETag"))

    def _token(self, grant: Grant) -> str:
        claims = {
            "iss": ISSUER,
            "sub": "someone",
            "name": "某人",
            "grants": [[grant[0].value, grant[1]]],
            "exp": int(time.time()) + 60,
        }
        return jwt.encode({"alg": "Ed25519", "kid": self._key.kid}, claims, self._key, algorithms=["Ed25519"])


def _if_match(version: str | int | None) -> dict[str, str]:
    if version is None:
        return {}
    return {"If-Match": version if isinstance(version, str) else f'"{version}"'}


@asynccontextmanager
async def answering(database_url: str) -> AsyncIterator[Caller]:
    """The service on a socket, for which it is always 23 November 2026."""
    key = OKPKey.generate_key("Ed25519", {"use": "sig"}, auto_kid=True)

    async def jwks(_: Request) -> JSONResponse:
        return JSONResponse({"keys": [key.as_dict(private=False)]})

    async with serving(Starlette(routes=[Route("/.well-known/jwks.json", jwks)])) as identity_url:
        settings = Settings(service="catalog", database_url=database_url, identity_url=identity_url)
        app = api(settings, lambda: datetime(2026, 11, 23, tzinfo=UTC))
        async with serving(app) as url, aiohttp.ClientSession(url) as http:
            yield Caller(http, key)
