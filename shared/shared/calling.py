"""Signing in at the identity service as a client: a short-lived token, fetched anew before it expires."""

import time

import aiohttp

TOKEN_MARGIN_SECONDS = 30


class SignInRefused(Exception):
    """The identity service does not know this client or its secret; `status` and `problem` are its answer."""

    def __init__(self, status: int, problem: dict[str, object]) -> None:
        super().__init__(f"sign-in was refused ({status})")
        self.status = status
        self.problem = problem


class ClientToken:
    """The token of one client."""

    def __init__(self, identity_url: str, client_id: str, client_secret: str) -> None:
        self._url = f"{identity_url}/api/token"
        self._form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        self._token = ""
        self._expires = 0.0

    async def header(self, session: aiohttp.ClientSession) -> dict[str, str]:
        """The Authorization header. Raises SignInRefused, aiohttp.ClientError, TimeoutError."""
        if time.monotonic() > self._expires:
            async with session.post(self._url, data=self._form) as answer:
                content = await answer.json(content_type=None)
                if answer.status != 200:
                    raise SignInRefused(answer.status, content)
            self._token = content["access_token"]
            self._expires = time.monotonic() + content["expires_in"] - TOKEN_MARGIN_SECONDS
        return {"Authorization": f"Bearer {self._token}"}
