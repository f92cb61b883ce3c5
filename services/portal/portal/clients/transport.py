"""One HTTP session per process, short timeouts, and answers turned into values or the portal's refusals."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar
from urllib.parse import quote

import aiohttp
import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from portal.askers import asker_header
from portal.refusals import Missing, ServiceAway, refusal
from portal.translations import N_

log = structlog.get_logger(__name__)

QUICK_SECONDS = 3.0
SLOW_SECONDS = 5.0
UPLOAD_SECONDS = 60.0
STALL_SECONDS = 30.0  # without a byte of a file; how long all of it takes is a matter of the reader's line

MOST_PAGES = 100  # of a list that is read whole

Params = Mapping[str, str | int | Sequence[str] | None]
Item = TypeVar("Item")
Kind = TypeVar("Kind", bound=BaseModel)


class Shape(BaseModel):
    """What a service answers: frozen, and lenient towards fields the portal does not show."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)


class Page(Shape, Generic[Item]):
    """One page of a keyset list."""

    items: list[Item] = Field(default_factory=list)
    next_cursor: str | None = None


@dataclass(frozen=True)
class Answer:
    """A 2xx answer; `version` comes from the ETag when there is one."""

    body: Any
    version: int | None


class Network:
    """The HTTP session all clients share; open from the application's start to its end."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise ServiceAway(N_("网络"), "the application has not started")
        return self._session

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(limit=200, ttl_dns_cache=30)
        self._session = aiohttp.ClientSession(connector=connector)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()


class Service:
    """One service's HTTP API. Reads are tried once more when the connection breaks; changes never are."""

    tells_asker = False

    def __init__(self, network: Network, name: str, url: str, seconds: float = QUICK_SECONDS) -> None:
        self._network = network
        self.name = name
        self.url = url.rstrip("/")
        self._seconds = seconds

    async def get(
        self,
        path: str,
        params: Params | None = None,
        token: str | None = None,
        accept: tuple[int, ...] = (),
    ) -> Answer:
        """Read; `accept` names statuses beyond 2xx whose body is an answer, not a refusal."""
        query = list(_pairs(params or {}))
        try:
            return await self._ask("GET", path, token, params=query, accept=accept)
        except ConnectionLost:
            return await self._ask("GET", path, token, params=query, accept=accept)

    async def every(self, kind: type[Kind], path: str, token: str | None = None) -> list[Kind]:
        """All items of a keyset list people choose from, up to `MOST_PAGES` pages."""
        found: list[Kind] = []
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            answer = await self.get(path, {"limit": 100, "cursor": cursor}, token)
            page = shaped(Page[kind], self.name, answer.body)  # type: ignore[valid-type]
            found += page.items
            cursor = page.next_cursor
            if cursor is None:
                return found
        log.warning("client.list_cut", service=self.name, path=path, items=len(found))
        return found

    async def post(
        self, path: str, body: Any = None, token: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        return await self._ask("POST", path, token, json=body, headers=headers)

    async def change(self, method: str, path: str, body: Any, token: str, version: int | None) -> Answer:
        """Change an existing thing as it stood at `version` (None: it does not exist yet)."""
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        return await self._ask(method, path, token, json=body, headers=headers)

    async def upload(self, path: str, form: aiohttp.FormData, token: str) -> Answer:
        return await self._ask("POST", path, token, data=form, seconds=UPLOAD_SECONDS)

    async def _ask(
        self,
        method: str,
        path: str,
        token: str | None,
        headers: Mapping[str, str] | None = None,
        seconds: float | None = None,
        accept: tuple[int, ...] = (),
        **content: Any,
    ) -> Answer:
        asker = asker_header() if self.tells_asker else {}
        sent = asker | dict(headers or {}) | ({"Authorization": f"Bearer {token}"} if token else {})
        timeout = aiohttp.ClientTimeout(total=seconds or self._seconds)
        try:
            async with self._network.session.request(
                method, self.url + path, headers=sent, timeout=timeout, **content
            ) as response:
                return await self._read(response, accept)
        except aiohttp.ServerDisconnectedError as error:
            raise ConnectionLost(self.name, repr(error)) from error
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            # What stands behind the question mark may be somebody's question, or the secret of a link.
            log.warning("client.away", service=self.name, path=path.partition("?")[0], error=repr(error))
            raise ServiceAway(self.name, repr(error)) from error

    async def _read(self, response: aiohttp.ClientResponse, accept: tuple[int, ...] = ()) -> Answer:
        wanted = response.status in accept
        if response.status >= 500 and not wanted:
            raise ServiceAway(self.name, f"HTTP {response.status}")
        body = await response.json(content_type=None) if response.status != 204 else None
        if response.status >= 400 and not wanted:
            problem = body if isinstance(body, dict) else {}
            problem.setdefault("retry_after", response.headers.get("Retry-After"))
            raise refusal(response.status, problem)
        tag = response.headers.get("ETag", "").removeprefix("W/").strip('"')
        return Answer(body, int(tag) if tag.isdigit() else None)

    @asynccontextmanager
    async def stream(self, path: str) -> AsyncIterator[aiohttp.ClientResponse]:
        """A file, passed on as it arrives."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=self._seconds, sock_read=STALL_SECONDS)
        try:
            async with self._network.session.get(self.url + path, timeout=timeout) as response:
                if response.status >= 400:
                    await self._read(response)
                yield response
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ServiceAway(self.name, repr(error)) from error

    async def check_ready(self) -> None:
        """Raise unless the service says it is ready."""
        await self.get("/health/ready")


def segment(value: str | int) -> str:
    """A value as one segment of a path, whatever it is made of. Raises Missing for what can name nothing there.

    A slash or `..` typed into a form would else lead to another address of the service.
    """
    text = str(value)
    if text in ("", ".", ".."):  # also percent-encoded, addresses lose dots before they are asked
        raise Missing({})
    return quote(text, safe="")


def _pairs(params: Params) -> Iterator[tuple[str, str]]:
    """Name and value of each parameter; a list is the parameter repeated, an empty value is none."""
    for name, value in params.items():
        every = [value] if value is None or isinstance(value, str | int) else value
        for each in every:
            if each not in (None, ""):
                yield name, str(each)


class ConnectionLost(ServiceAway):
    """The connection was closed under the request."""


def shaped(kind: type[Kind], service: str, body: Any) -> Kind:
    """The answer as a value; an answer of another shape counts as the service being away."""
    try:
        return kind.model_validate(body)
    except ValidationError as error:
        log.error("client.shape", service=service, kind=kind.__name__, error=str(error))
        raise ServiceAway(service, f"unexpected answer: {error.error_count()} errors") from error
