"""Events on the wire."""

import json

import pytest
from cloudevents.core.bindings.rabbitmq import RabbitMQMessage, from_binary_event
from hypothesis import given
from hypothesis import strategies as st

from shared.envelope import CONTENT_TYPE, MalformedMessage, decode, encode
from shared.events import PAYLOADS, DocumentState
from tests.support.events import document_event


def test_every_event_can_be_read_by_the_official_cloudevents_sdk() -> None:
    event = document_event(3, body="正文")
    headers, body = encode(event, "publishing")
    read = from_binary_event(RabbitMQMessage(headers, CONTENT_TYPE, body))
    assert read.get_id() == str(event.id)
    assert read.get_type() == "sunlight.document.revised.v1"
    assert read.get_source() == "/sunlight/publishing"
    assert read.get_subject() == event.subject
    assert read.get_time() == event.time
    assert read.get_attributes()["sequence"] == "3"
    assert read.get_data()["body"] == "正文"  # type: ignore[index, call-overload]


def test_what_is_encoded_is_decoded_unchanged() -> None:
    event = document_event(2, body="正文", keywords=("审计",))
    headers, body = encode(event, "publishing")
    read = decode(headers, body)
    assert (read.id, read.type, read.sequence, read.time, read.data) == (
        event.id,
        event.type,
        2,
        event.time,
        event.data,
    )


def test_a_field_we_do_not_know_is_ignored() -> None:
    headers, body = encode(document_event(), "publishing")
    assert isinstance(decode(headers, json.dumps({**json.loads(body), "new": 1}).encode()).data, DocumentState)


@pytest.mark.parametrize(
    ("header", "value", "reason"),
    [
        ("ce-type", "sunlight.document.burned.v1", "unknown event type"),
        ("ce-type", "sunlight.document.published.v2", "unknown event type"),
        ("ce-id", "not-a-uuid", "document.published"),
        ("ce-sequence", "third", "invalid literal"),
        ("ce-subject", "", "ce-subject is missing"),
        ("ce-time", "yesterday", "isoformat"),
    ],
)
def test_a_malformed_attribute_is_named(header: str, value: str, reason: str) -> None:
    headers, body = encode(document_event(), "publishing")
    with pytest.raises(MalformedMessage, match=reason):
        decode({**headers, header: value}, body)


def test_data_that_does_not_fit_names_the_field() -> None:
    headers, _ = encode(document_event(), "publishing")
    with pytest.raises(MalformedMessage, match="id: Field required"):
        decode(headers, b"{}")


@given(
    st.dictionaries(st.sampled_from(["ce-type", "ce-id", "ce-subject", "ce-sequence", "ce-time"]), st.text()),
    st.binary(),
)
def test_no_bytes_make_the_decoder_fail_in_another_way(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(MalformedMessage):
        decode(headers, body)


def test_every_payload_says_what_it_carries() -> None:
    assert all(name.count(".") == 1 for name in PAYLOADS)
