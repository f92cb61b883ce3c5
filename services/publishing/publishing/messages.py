"""A department's message as a submission, and its answer as a message."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from publishing.domain.rules import SubmissionRejected
from publishing.domain.submission import (
    MAX_SEQUENCE,
    FieldError,
    Outcome,
    OutcomeStatus,
    Submission,
    SubmissionAction,
    Withdrawal,
)
from publishing.domain.validation import field_errors
from shared.consuming import Message
from shared.envelope import MalformedMessage, header
from shared.events import new_id, now

SOURCE = "/sunlight/publishing"
OUTCOMES_EXCHANGE = "sunlight.outcomes"
TYPE_PREFIX, TYPE_SUFFIX = "sunlight.submission.", ".v1"
MAX_MESSAGE = 24 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Asked:
    """What the headers say: enough to answer even when the body is wrong."""

    action: SubmissionAction
    external_id: str
    sequence: int
    message_id: str


@dataclass(frozen=True, slots=True)
class Unread:
    """What can be told of a message whose headers are wrong, so that its sender recognises it in the answer."""

    external_id: str
    sequence: int
    message_id: str


def read_headers(message: Message) -> Asked:
    """The CloudEvents attributes. Raises SubmissionRejected naming each that is missing or nonsense."""
    given = {name: _attribute(message, name) for name in ("type", "sequence", "subject", "id")}
    errors = [(f"ce-{name}", "缺少，或不是文字") for name, value in given.items() if not value or "\x00" in value]
    verb = given["type"].removeprefix(TYPE_PREFIX).removesuffix(TYPE_SUFFIX)
    if given["type"] and verb not in set(SubmissionAction):
        errors.append(("ce-type", f"应为 {TYPE_PREFIX}submit|revise|withdraw{TYPE_SUFFIX}"))
    if given["sequence"] and not _sequence(given["sequence"]):
        errors.append(("ce-sequence", f"应为 1 至 {MAX_SEQUENCE} 的整数"))
    if errors:
        raise SubmissionRejected(*errors)
    return Asked(SubmissionAction(verb), given["subject"], _sequence(given["sequence"]), given["id"])


def _attribute(message: Message, name: str) -> str:
    try:
        return header(message.headers, name)
    except (MalformedMessage, UnicodeDecodeError):
        return ""


def _sequence(text: str) -> int:
    """A sequence number, or 0 for what is none."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 0
    return number if number <= MAX_SEQUENCE else 0


def as_far_as_read(message: Message) -> Unread:
    """What a message with wrong headers does tell."""
    subject, sent = (_attribute(message, name).replace("\x00", "") for name in ("subject", "id"))
    return Unread(subject, _sequence(_attribute(message, "sequence")), sent)


def parse(body: bytes, asked: Asked) -> Submission | Withdrawal:
    """The body as the model its action asks for.

    Raises:
        SubmissionRejected: the body is no JSON, or has fields that do not hold what they must.
    """
    if len(body) > MAX_MESSAGE:
        raise SubmissionRejected(("body", f"整条消息不得超过 {MAX_MESSAGE // 1024 // 1024} MiB"))
    model = Withdrawal if asked.action is SubmissionAction.WITHDRAW else Submission
    try:
        submission: Submission | Withdrawal = model.model_validate_json(body)
    except ValidationError as error:
        if error.errors(include_url=False, include_input=False)[0]["type"] == "json_invalid":
            raise SubmissionRejected(("body", "不是 JSON")) from error
        raise SubmissionRejected(*((item.field, item.message) for item in field_errors(error))) from error
    if submission.external_id != asked.external_id:
        raise SubmissionRejected(("external_id", "与 ce-subject 不一致"))
    if submission.sequence != asked.sequence:
        raise SubmissionRejected(("sequence", "与 ce-sequence 不一致"))
    return submission


def rejected(asked: Asked | Unread, rejection: SubmissionRejected) -> Outcome:
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
        "ce-source": SOURCE,
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
