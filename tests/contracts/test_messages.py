"""Every event as it travels, against the published contracts and the official SDK."""

import json
from typing import Any

import pytest
from cloudevents.core.bindings.rabbitmq import RabbitMQMessage, from_binary_event
from jsonschema import Draft202012Validator

from publishing.domain.submission import Outcome, OutcomeStatus, Submission, Withdrawal
from publishing.messages import outcome_message
from shared.contracts import ASYNCAPI, SCHEMAS, contracts
from shared.envelope import CONTENT_TYPE, encode
from shared.events import PAYLOADS
from tests.contracts.payloads import example_event

DOCUMENTS: dict[str, dict[str, Any]] = {
    name.removeprefix(f"{ASYNCAPI}/").removesuffix(".json"): json.loads(text)
    for name, text in contracts().items()
    if name.startswith(ASYNCAPI)
}
SCHEMA_TEXTS = {name: text for name, text in contracts().items() if name.startswith(SCHEMAS)}


def message(document: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENTS[document]["components"]["messages"][name]
    return found


def publisher(event_type: str) -> str:
    (found,) = (name for name, document in DOCUMENTS.items() if f"send.{event_type}" in document["operations"])
    return found


def payload_schema(name: str) -> Draft202012Validator:
    schema = json.loads(SCHEMA_TEXTS[f"{SCHEMAS}/{name}.v1.json"])
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize("event_type", PAYLOADS)
def test_every_event_is_read_by_the_official_sdk_with_all_that_it_carries(event_type: str) -> None:
    event = example_event(event_type)
    headers, body = encode(event, "somebody")
    read = from_binary_event(RabbitMQMessage(headers, CONTENT_TYPE, body))
    assert read.get_type() == f"sunlight.{event_type}.v1"
    assert (read.get_id(), read.get_subject(), read.get_time()) == (str(event.id), event.subject, event.time)
    assert PAYLOADS[event_type].model_validate(read.get_data()) == event.data


@pytest.mark.parametrize("event_type", PAYLOADS)
def test_every_event_travels_as_its_document_says(event_type: str) -> None:
    owner = publisher(event_type)
    headers, body = encode(example_event(event_type), owner)
    Draft202012Validator(message(owner, event_type)["headers"]).validate(headers)
    payload_schema(event_type).validate(json.loads(body))


@pytest.mark.parametrize("event_type", PAYLOADS)
def test_an_event_under_a_foreign_name_does_not_fit_the_document(event_type: str) -> None:
    headers, _ = encode(example_event(event_type), "nobody")
    assert not Draft202012Validator(message(publisher(event_type), event_type)["headers"]).is_valid(headers)


def test_what_a_department_sends_fits_what_the_gateway_reads() -> None:
    submission = {"external_id": "2026-17", "sequence": 1, "kind": "notice", "title": "通知", "keywords": ["审计"]}
    withdrawal = {"external_id": "2026-17", "sequence": 2, "reason": "有误"}
    for action in ("submit", "revise"):
        payload_schema(f"submission.{action}").validate(submission)
    payload_schema("submission.withdraw").validate(withdrawal)
    Submission.model_validate(submission)
    Withdrawal.model_validate(withdrawal)


def test_the_gateways_answer_travels_as_its_document_says() -> None:
    row = outcome_message(Outcome(external_id="2026-17", sequence=1, status=OutcomeStatus.REJECTED), "audit")
    told = message("department-gateway", "submission.outcome")
    Draft202012Validator(told["headers"]).validate(row["headers"])
    payload_schema("submission.outcome").validate(json.loads(row["body"]))
    address = DOCUMENTS["department-gateway"]["channels"]["outcome"]["address"]
    assert row["routing_key"] == address.format(department="audit")
