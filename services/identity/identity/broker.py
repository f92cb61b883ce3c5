"""Departments' users on the broker, kept through RabbitMQ's management API.

A department may publish under its own keys to `sunlight.departments`, and read its own outcome queue;
the broker refuses everything else. `deploy/rabbitmq/topology.toml` holds
the same recipe, and a test compares the two. Every step can be done again.
"""

import re
from typing import Any
from urllib.parse import quote

import aiohttp
import structlog
from yarl import URL

from identity.domain.departments import checked_code
from shared.problems import Unavailable

log = structlog.get_logger(__name__)

DEPARTMENTS_EXCHANGE = "sunlight.departments"
OUTCOMES_EXCHANGE = "sunlight.outcomes"
TIMEOUT_SECONDS = 5.0
OUTCOMES_KEPT = 100_000


def user_name(code: str) -> str:
    return f"dept_{checked_code(code)}"


def outcome_queue(code: str) -> str:
    return f"{checked_code(code)}.outcome"


def permissions(code: str) -> dict[str, str]:
    """What a department's user may configure, write and read, as regular expressions of names."""
    queue = re.escape(outcome_queue(code))
    return {"configure": "^$", "write": rf"^{re.escape(DEPARTMENTS_EXCHANGE)}$", "read": f"^{queue}$"}


def topic_permissions(code: str) -> dict[str, str]:
    """Under which routing keys a department's user may publish to the departments' exchange."""
    own = rf"^{re.escape(checked_code(code))}\.document\."
    return {"exchange": DEPARTMENTS_EXCHANGE, "write": own, "read": "^$"}


class RabbitUsers:
    """Department users of one vhost. `management_url` carries the credentials: `http://user:password@host`.

    Every method raises Unavailable when the broker is away or refuses; what was done may be done again.
    """

    def __init__(self, management_url: str, vhost: str) -> None:
        self._url = management_url.rstrip("/")
        self._vhost = quote(vhost, safe="")

    async def open(self, code: str, password: str) -> None:
        """Give the department its queue and its user with this password; an older password ends at once."""
        queue = quote(outcome_queue(code), safe="")
        await self._call(
            "PUT",
            f"queues/{self._vhost}/{queue}",
            {"durable": True, "arguments": {"x-queue-type": "quorum", "x-max-length": OUTCOMES_KEPT}},
        )
        await self._call(
            "POST",
            f"bindings/{self._vhost}/e/{OUTCOMES_EXCHANGE}/q/{queue}",
            {"routing_key": outcome_queue(code)},
        )
        await self._call("PUT", f"users/{user_name(code)}", {"password": password, "tags": ""})
        await self.resume(code)
        await self._disconnect(code)

    async def resume(self, code: str) -> None:
        """Let the department's user in, to its own keys and queue only; its password stays."""
        user = user_name(code)
        await self._call("PUT", f"topic-permissions/{self._vhost}/{user}", topic_permissions(code))
        await self._call("PUT", f"permissions/{self._vhost}/{user}", permissions(code))

    async def suspend(self, code: str) -> None:
        """Shut the department's user out and close its connections; its queue and password stay."""
        await self._call("DELETE", f"permissions/{self._vhost}/{user_name(code)}")
        await self._disconnect(code)

    async def _disconnect(self, code: str) -> None:
        """Close the department's connections: an open one goes on with the rights it has used."""
        await self._call("DELETE", f"connections/username/{user_name(code)}")

    async def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> None:
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.request(method, self._address(path), json=body) as answer,
            ):
                if method != "DELETE" or answer.status != 404:  # what is gone already need not be removed
                    answer.raise_for_status()
        except (aiohttp.ClientError, TimeoutError) as error:
            status = getattr(error, "status", None)
            log.warning("broker.management_refused", path=path, status=status, error=type(error).__name__)
            raise Unavailable("消息队列暂时无法管理，请稍后重试") from error

    def _address(self, path: str) -> URL:
        """The call's URL, its escaped slashes left alone."""
        return URL(f"{self._url}/api/{path}", encoded=True)
