"""The services' APIs as the command line calls them."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import aiohttp

from shared.calling import ClientToken, SignInRefused
from sunlight.installation import CommandError, Installation


class Answer(CommandError):
    """A service refused; `status` and the problem's fields tell why."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        words = [str(problem.get("title", "")), str(problem.get("detail", ""))]
        super().__init__(f"{'：'.join(word for word in words if word) or '服务出错'}（{status}）")
        self.status = status
        self.problem = problem


class Api:
    """Calls services with the token of one client, fetched when first needed and before it expires."""

    def __init__(self, installation: Installation, client: Mapping[str, str] | None = None) -> None:
        self.installation = installation
        self._token: ClientToken | None = None
        if client is not None:
            self._token = ClientToken(installation.url("identity"), client["client_id"], client["client_secret"])

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def get(self, service: str, path: str, **params: Any) -> Any:
        """The JSON answer of a GET. Raises Answer, CommandError."""
        return await self.call("GET", service, path, params=params)

    async def call(self, method: str, service: str, path: str, **request: Any) -> Any:
        """The JSON answer of any call. Raises Answer, CommandError."""
        headers = {**request.pop("headers", {}), **await self._authorization()}
        url = f"{self.installation.url(service)}{path}"
        try:
            async with self._session.request(method, url, headers=headers, **request) as answer:
                content = await answer.json(content_type=None) if answer.status != 204 else None
                if answer.status >= 400:
                    raise Answer(answer.status, content if isinstance(content, dict) else {})
                return content
        except (aiohttp.ClientConnectionError, TimeoutError) as error:
            raise CommandError(f"{service} 服务没有应答（{url}）；请用 make status 查看") from error

    async def _authorization(self) -> dict[str, str]:
        if self._token is None:
            return {}
        try:
            return await self._token.header(self._session)
        except SignInRefused as refused:
            raise Answer(refused.status, refused.problem) from refused
        except aiohttp.ClientConnectionError as error:
            raise CommandError("identity 服务没有应答；请用 make status 查看") from error


def operator(installation: Installation) -> Api:
    """Calls as the installation's operator."""
    return Api(installation, installation.credentials()["operator"])


def public(installation: Installation) -> Api:
    """Calls as anyone."""
    return Api(installation)
