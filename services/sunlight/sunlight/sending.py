"""Submissions to the department gateway, many in flight, each answered once."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal, Protocol

import aiohttp

from sunlight.http import Answer, Api
from sunlight.installation import CommandError, Installation
from sunlight.reading import Submission
from sunlight_department_client import DepartmentClient

Outcome = dict[str, Any]
Via = Literal["amqp", "http"]
ANSWER_SECONDS = 120.0
HTTP_AT_ONCE = 8
AMQP_AT_ONCE = 200


class Gateway(Protocol):
    """Sends one submission and returns the department gateway's answer."""

    at_once: int

    async def send(self, submission: Submission) -> Outcome: ...


class HttpGateway:
    """The gateway's HTTP door."""

    at_once = HTTP_AT_ONCE

    def __init__(self, api: Api, department: str) -> None:
        self._api = api
        self._path = f"/api/departments/{department}/submissions"

    async def send(self, submission: Submission) -> Outcome:
        """Post the submission; a refusal is an outcome like any other."""
        try:
            outcome: Outcome = await self._api.call(
                "POST",
                "publishing",
                self._path,
                json={"action": submission.action, **message_body(submission)},
            )
        except Answer as refused:
            if refused.status != 422:
                raise
            return {**refused.problem, "status": "rejected"}
        return outcome


class AmqpGateway:
    """The gateway's queue; answers come back on the department's outcome queue."""

    at_once = AMQP_AT_ONCE

    def __init__(self, client: DepartmentClient) -> None:
        self._client = client
        self._waiting: dict[str, asyncio.Future[Outcome]] = {}

    async def send(self, submission: Submission) -> Outcome:
        """Publish the submission and wait for its answer. Raises CommandError when none comes."""
        done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        message_id = self._client.new_message_id()
        self._waiting[message_id] = done
        try:
            await self._client.send(submission.action, message_body(submission), message_id)
            async with asyncio.timeout(ANSWER_SECONDS):
                return await done
        except TimeoutError as error:
            raise CommandError("消息已送达队列，但网关尚未答复；稍后重发不会重复发布") from error
        finally:
            self._waiting.pop(message_id, None)

    async def listen(self) -> None:
        """Hand each answer to whoever waits for it, until cancelled."""
        async for outcome in self._client.outcomes():
            waiting = self._waiting.get(str(outcome.get("in_reply_to")))
            if waiting is not None and not waiting.done():
                waiting.set_result(outcome)


def message_body(submission: Submission) -> dict[str, Any]:
    """The contract's body of a submission."""
    return {"external_id": submission.external_id, "sequence": submission.sequence, **submission.body}


@asynccontextmanager
async def open_gateway(installation: Installation, department: str, via: Via) -> AsyncIterator[Gateway]:
    """A gateway for one department's system. Raises CommandError when it cannot be reached."""
    account = installation.department(department)
    if via == "http":
        async with Api(installation, account) as api:
            yield HttpGateway(api, department)
        return
    url = installation.department_amqp_url(department)
    try:
        client = DepartmentClient(url, department, account["broker_user"])
        async with client:
            gateway = AmqpGateway(client)
            listening = asyncio.create_task(gateway.listen())
            try:
                yield gateway
            finally:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)
    except ConnectionError as error:
        raise CommandError("消息队列没有应答；请用 make status 查看") from error


async def upload_attachments(api: Api, submission: Submission) -> Submission:
    """Send files too large for a message over HTTP first, and refer to them by their hash."""
    references = [await _upload(api, file) for file in submission.uploads]
    attachments = [*submission.body.get("attachments", []), *references]
    body = {**submission.body, "attachments": attachments}
    return Submission(submission.action, submission.external_id, submission.sequence, body)


async def _upload(api: Api, file: Path) -> dict[str, str]:
    form = aiohttp.FormData()
    form.add_field("file", file.read_bytes(), filename=file.name)
    stored = await api.call("POST", "publishing", "/api/attachments", data=form)
    return {"name": file.name, "sha256": stored["sha256"]}


async def send_all(gateway: Gateway, submissions: Iterable[Submission]) -> AsyncIterator[tuple[Submission, Outcome]]:
    """Send with `gateway.at_once` in flight; answers come as they arrive, not in order."""
    source = iter(submissions)
    results: asyncio.Queue[tuple[Submission, Outcome] | BaseException | None] = asyncio.Queue()

    async def carry() -> None:
        for submission in source:
            results.put_nowait((submission, await gateway.send(submission)))

    async def carry_all() -> None:
        carriers: Sequence[Any] = [carry() for _ in range(gateway.at_once)]
        try:
            await asyncio.gather(*carriers)
            results.put_nowait(None)
        except Exception as error:
            results.put_nowait(error)

    sending = asyncio.create_task(carry_all())
    try:
        while (result := await results.get()) is not None:
            if isinstance(result, BaseException):
                raise result
            yield result
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
