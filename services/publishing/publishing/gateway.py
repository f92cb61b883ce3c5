"""The department gateway's message side: from queue `publishing.submission` to an answer in the outbox.

The broker proves who sends: it refuses a foreign `user_id`, but accepts a message without one, so we do not.
A message that comes back from a retry queue arrives by the default exchange, where departments cannot
publish, and carries the sender it first had in a header.
"""

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from publishing.domain.content import StoredFile
from publishing.domain.department import Department, Sender
from publishing.domain.rules import FileRefused, SubmissionRejected
from publishing.domain.submission import (
    MAX_SEQUENCE,
    FieldError,
    Outcome,
    OutcomeStatus,
    Submission,
    SubmissionAction,
    SubmittedFile,
    Withdrawal,
)
from publishing.domain.validation import field_errors
from publishing.handlers.checking import count
from publishing.handlers.submissions import (
    FirstEdition,
    Intake,
    prepared_first_edition,
    take_submission,
    take_withdrawal,
)
from publishing.store.documents import DocumentStore
from publishing.store.files import FileStore
from publishing.store.submissions import SubmissionStore
from publishing.store.tables import delivery
from shared.consuming import SENDER, Message, Refused, is_outage
from shared.envelope import MalformedMessage, header
from shared.events import new_id, now
from shared.group_commit import GroupCommit
from shared.outbox import Outbox
from shared.rules import DomainError

SERVICE = "publishing"

OUTCOMES_EXCHANGE = "sunlight.outcomes"
TYPE_PREFIX, TYPE_SUFFIX = "sunlight.submission.", ".v1"
MAX_MESSAGE = 24 * 1024 * 1024
LARGE_MESSAGE = 1024 * 1024
LARGE_AT_ONCE = 4
UNKNOWN_SENDER_WAITS = 1
UNKNOWN_COLUMN_WAITS = 2


class NotYetKnown(Exception):
    """Events that would make this message acceptable may still be on their way; it is tried again later."""


class Directory(Protocol):
    """Departments and columns."""

    async def department(self, code: str) -> Department | None: ...

    async def department_of(self, broker_user: str) -> Department | None: ...

    async def has_column(self, code: str) -> bool: ...


class Keeper(Protocol):
    """Stores a file with the text found in it. Raises FileRefused."""

    async def keep(self, name: str, content: bytes, uploaded_by: str) -> StoredFile: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What the headers say: enough to answer even when the body is wrong."""

    action: SubmissionAction
    external_id: str
    sequence: int
    message_id: str


class Gateway:
    """Takes submissions into the database; the answer commits with the effect it tells of."""

    def __init__(self, engine: AsyncEngine, directory: Directory, keeper: Keeper) -> None:
        self._engine = engine
        self._directory = directory
        self._keeper = keeper
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)
        self._firsts: GroupCommit[FirstEdition, bool] = GroupCommit(self._write_firsts)

    async def receive(self, message: Message) -> None:
        """The handler of queue `publishing.submission`; returns once the answer is in the outbox.

        Raises:
            Refused: nobody may be answered: the sender is not proved, or there is nothing to read.
            NotYetKnown: events on their way may still make the message acceptable.
        """
        asked = read_headers(message)
        sender = await identify(message, self._directory)
        # A large message becomes several times its size while it is taken: only a few may do so at once.
        async with self._large if len(message.body) > LARGE_MESSAGE else nullcontext():
            await self._decide(message, asked, sender)

    async def _decide(self, message: Message, asked: Asked, sender: Sender) -> None:
        try:
            submission = parse(message.body, asked)
            await self._check_column(submission, message.attempts < UNKNOWN_COLUMN_WAITS)
            if not await self._taken_as_first(submission, sender, asked.message_id):
                await self._take(submission, sender, asked.message_id)
        except SubmissionRejected as rejection:
            await self._reject(asked, rejection, sender)
        except DomainError as broken:
            field = str(broken.facts.get("field", ""))
            await self._reject(asked, SubmissionRejected((field, str(broken))), sender)

    async def _reject(self, asked: Asked, rejection: SubmissionRejected, sender: Sender) -> None:
        async with self._engine.begin() as connection:
            await _answer(connection, rejected(asked, rejection), sender)

    async def _taken_as_first(self, submission: Submission | Withdrawal, sender: Sender, message_id: str) -> bool:
        """Write the submission together with others if it is the first of its external id, without files."""
        if isinstance(submission, Withdrawal) or submission.attachments:
            return False
        first = await prepared_first_edition(submission, sender, now(), message_id)
        try:
            return await self._firsts.add(first)
        except DBAPIError as error:
            if is_outage(error):
                raise
            return False  # one of the batch cannot be written; alone, each finds out whether it is the one

    async def _write_firsts(self, firsts: Sequence[FirstEdition]) -> list[bool]:
        async with self._engine.begin() as connection:
            new = await SubmissionStore(connection).claim_new([first.key for first in firsts])
            ours = [first for first in firsts if first.document.id in new]
            if ours:
                await DocumentStore(connection).add(*(first.document for first in ours))
                answers = [outcome_message(first.outcome, first.key[0]) for first in ours]
                await connection.execute(delivery.outbox.insert(), answers)
                for first in ours:
                    count(first.findings)
                events = [first.event for first in ours if first.event]
                await Outbox(connection, delivery.outbox, SERVICE).add(*events)
        return [first.document.id in new for first in firsts]

    async def _take(self, submission: Submission | Withdrawal, sender: Sender, message_id: str) -> None:
        await self._keep_files(submission, sender)
        async with self._engine.begin() as connection:
            outcome = await take(submission, sender, connection)
            await _answer(connection, outcome.model_copy(update={"in_reply_to": message_id}), sender)

    async def take_now(self, submission: Submission | Withdrawal, sender: Sender) -> Outcome:
        """The same for a caller who waits for the answer. Raises SubmissionRejected."""
        await self._check_column(submission, may_wait=False)
        await self._keep_files(submission, sender)
        async with self._engine.begin() as connection:
            return await take(submission, sender, connection)

    async def _check_column(self, asked: Submission | Withdrawal, may_wait: bool) -> None:
        if isinstance(asked, Withdrawal) or asked.column is None:
            return
        if not await self._directory.has_column(asked.column):
            raise NotYetKnown(asked.column) if may_wait else SubmissionRejected(("column", "没有这个栏目"))

    async def _keep_files(self, asked: Submission | Withdrawal, sender: Sender) -> None:
        """Store inline files before the transaction: reading them may take longer than a lock should."""
        if isinstance(asked, Submission):
            for place, file in enumerate(asked.attachments):
                if file.content_base64 is not None:
                    await self._keep(place, file, sender)

    async def _keep(self, place: int, file: SubmittedFile, sender: Sender) -> None:
        try:
            await self._keeper.keep(file.name, file.content_base64 or b"", sender.name)
        except FileRefused as error:
            raise SubmissionRejected((f"attachments.{place}", str(error))) from error


async def take(asked: Submission | Withdrawal, sender: Sender, connection: AsyncConnection) -> Outcome:
    """One submission in the connection's transaction."""
    intake = Intake(
        SubmissionStore(connection),
        DocumentStore(connection),
        FileStore(connection),
        Outbox(connection, delivery.outbox, SERVICE),
    )
    if isinstance(asked, Withdrawal):
        return await take_withdrawal(asked, sender, now(), intake)
    return await take_submission(asked, sender, now(), intake)


async def _answer(connection: AsyncConnection, outcome: Outcome, sender: Sender) -> None:
    message = outcome_message(outcome, sender.department)
    await Outbox(connection, delivery.outbox, SERVICE).add_message(message)


def read_headers(message: Message) -> Asked:
    """The CloudEvents attributes. Raises Refused when one is missing or nonsense."""
    try:
        wire_type = header(message.headers, "type")
        action = SubmissionAction(wire_type.removeprefix(TYPE_PREFIX).removesuffix(TYPE_SUFFIX))
        sequence = int(header(message.headers, "sequence"))
        external_id, message_id = header(message.headers, "subject"), header(message.headers, "id")
    except (MalformedMessage, ValueError) as error:
        raise Refused(f"not a submission: {error}") from error
    if not 1 <= sequence <= MAX_SEQUENCE or "\x00" in external_id + message_id:
        raise Refused("not a submission: sequence or subject out of range")
    return Asked(action, external_id, sequence, message_id)


async def identify(message: Message, directory: Directory) -> Sender:
    """Who sent the message, by the broker's word. Raises Refused, or NotYetKnown for an unknown user."""
    returned = message.exchange == ""
    user = message.headers.get(SENDER) if returned else message.user_id
    if not isinstance(user, str) or not user:
        raise Refused("no user_id: nobody vouches for the sender")
    code = message.routing_key.partition(".")[0]
    known = await (directory.department_of(user) if returned else directory.department(code))
    sender = known.sender_on_broker(user) if known else None
    if sender is not None:
        return sender
    if await directory.department_of(user) is None and message.attempts < UNKNOWN_SENDER_WAITS:
        raise NotYetKnown(f"no active system uses {user}")
    raise Refused(f"{user} is no active system of the department in {message.routing_key}")


def parse(body: bytes, asked: Asked) -> Submission | Withdrawal:
    """The body as the model its action asks for.

    Raises:
        Refused: the body is no JSON.
        SubmissionRejected: it is JSON, with fields that do not hold what they must.
    """
    if len(body) > MAX_MESSAGE:
        raise SubmissionRejected(("body", f"整条消息不得超过 {MAX_MESSAGE // 1024 // 1024} MiB"))
    model = Withdrawal if asked.action is SubmissionAction.WITHDRAW else Submission
    try:
        submission: Submission | Withdrawal = model.model_validate_json(body)
    except ValidationError as error:
        if error.errors(include_url=False, include_input=False)[0]["type"] == "json_invalid":
            raise Refused("the body is not JSON") from error
        raise SubmissionRejected(*((item.field, item.message) for item in field_errors(error))) from error
    if submission.external_id != asked.external_id:
        raise SubmissionRejected(("external_id", "与 ce-subject 不一致"))
    if submission.sequence != asked.sequence:
        raise SubmissionRejected(("sequence", "与 ce-sequence 不一致"))
    return submission


def rejected(asked: Asked, rejection: SubmissionRejected) -> Outcome:
    """The outcome of a submission that breaks rules."""
    return Outcome(
        external_id=asked.external_id,
        sequence=asked.sequence,
        in_reply_to=asked.message_id,
        status=OutcomeStatus.REJECTED,
        next_step="请按 errors 逐项更正后重新报送",
        errors=tuple(FieldError(field=field, message=message) for field, message in rejection.errors),
    )


def outcome_message(outcome: Outcome, department: str) -> dict[str, Any]:
    """An outbox row: the answer to a department, as a CloudEvent on its own queue."""
    message_id = new_id()
    headers = {
        "ce-specversion": "1.0",
        "ce-id": str(message_id),
        "ce-source": f"/sunlight/{SERVICE}",
        "ce-type": "sunlight.submission.outcome.v1",
        "ce-subject": outcome.external_id,
        "ce-time": now().isoformat(),
        "ce-sequence": str(outcome.sequence),
    }
    return {
        "id": message_id,
        "exchange": OUTCOMES_EXCHANGE,
        "routing_key": f"{department}.outcome",
        "subject": str(outcome.document_id or outcome.external_id),
        "headers": headers,
        "body": outcome.model_dump_json().encode(),
    }
