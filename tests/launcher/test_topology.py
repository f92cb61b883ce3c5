import re
from typing import Any

import pytest

from launcher import broker_admin
from launcher.services import BROKER_USERS
from launcher.topology import consumer_queues, department_calls, desired_calls, load

TOPOLOGY = load(broker_admin.TOPOLOGY)
PASSWORDS = dict.fromkeys(BROKER_USERS, "secret")
CALLS = desired_calls(TOPOLOGY, "a/b", PASSWORDS)


def bodies(prefix: str) -> dict[str, dict[str, Any]]:
    return {call.path: call.body for call in CALLS if call.path.startswith(prefix)}


def arguments(queue: str) -> dict[str, Any]:
    found: dict[str, Any] = bodies("/queues/")[f"/queues/a%2Fb/{queue}"]["arguments"]
    return found


def test_the_virtual_host_comes_first_and_its_name_is_escaped() -> None:
    assert CALLS[0].path == "/vhosts/a%2Fb"


def test_every_user_exists_before_it_gets_rights() -> None:
    paths = [call.path for call in CALLS]
    for user in BROKER_USERS:
        assert paths.index(f"/users/{user}") < paths.index(f"/permissions/a%2Fb/{user}")


def test_every_queue_and_exchange_exists_before_it_is_bound() -> None:
    seen: set[str] = set()
    for call in CALLS:
        if call.path.startswith("/bindings/"):
            _, _, _, _, exchange, _, queue = call.path.split("/")
            assert {exchange, queue} <= seen
        seen.add(call.path.rsplit("/", 1)[1])


def test_a_consumer_queue_parks_what_it_cannot_handle() -> None:
    assert arguments("search.document") == {
        "x-queue-type": "quorum",
        "x-delivery-limit": 20,
        "x-dead-letter-exchange": "sunlight.parked",
        "x-dead-letter-routing-key": "search.document",
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
        "x-max-length": 1_000_000,
    }


def test_retries_wait_longer_each_time_and_go_home_by_name() -> None:
    retries = [arguments(f"sunlight.retry.{step}") for step in (1, 2, 3)]
    assert [retry["x-message-ttl"] for retry in retries] == [1_000, 15_000, 300_000]
    assert {retry["x-dead-letter-exchange"] for retry in retries} == {""}
    assert all("x-dead-letter-routing-key" not in retry for retry in retries)


def test_every_queue_is_a_quorum_queue() -> None:
    assert {body["arguments"]["x-queue-type"] for body in bodies("/queues/").values()} == {"quorum"}


def test_a_service_may_write_to_its_exchanges_and_to_nothing_that_looks_like_them() -> None:
    write = bodies("/permissions/")["/permissions/a%2Fb/search"]["write"]
    assert re.search(write, "sunlight.events")
    for other in (
        "sunlight.outcomes",
        "sunlight.departments",
        "sunlightxevents",
        "sunlight.events.x",
        "",
        "amq.default",
    ):
        assert not re.search(write, other)


def test_nobody_may_configure_and_everyone_reads_its_own_queues_only() -> None:
    for user in BROKER_USERS:
        right = bodies("/permissions/")[f"/permissions/a%2Fb/{user}"]
        assert right["configure"] == "^$"
        assert [queue for queue in consumer_queues(TOPOLOGY) if re.search(right["read"], queue)] == [
            queue for queue in consumer_queues(TOPOLOGY) if queue.split(".")[0] == user
        ]


def test_every_subject_of_an_event_has_exactly_one_publisher() -> None:
    rights = [
        (call.path.rsplit("/", 1)[1], call.body["write"])
        for call in CALLS
        if call.path.startswith("/topic-permissions/") and call.body["exchange"] == "sunlight.events"
    ]
    consumed = {b["key"].split(".")[0] for b in TOPOLOGY["queues"]["bindings"] if "exchange" not in b}
    for subject in consumed:
        assert len([user for user, pattern in rights if re.search(pattern, f"{subject}.changed")]) == 1


def test_a_vhost_without_passwords_makes_no_users() -> None:
    assert not [call for call in desired_calls(TOPOLOGY, "v", {}) if call.path.startswith("/users/")]


def test_a_department_gets_its_own_keys_and_queue() -> None:
    calls = {call.path: call.body for call in department_calls(TOPOLOGY, "v", "audit", "secret")}
    assert calls["/permissions/v/dept_audit"] == {
        "configure": "^$",
        "write": r"^sunlight\.departments$",
        "read": r"^audit\.outcome$",
    }
    topic = calls["/topic-permissions/v/dept_audit"]
    assert re.search(topic["write"], "audit.document.submit")
    assert not re.search(topic["write"], "finance.document.submit")
    assert calls["/bindings/v/e/sunlight.outcomes/q/audit.outcome"] == {"routing_key": "audit.outcome"}


@pytest.mark.parametrize("code", ["", "a.b", ".*", "a/b", "A", "审计", "a" * 64, "a|b"])
def test_a_department_code_cannot_widen_its_rights(code: str) -> None:
    with pytest.raises(ValueError, match="department code"):
        department_calls(TOPOLOGY, "v", code, "secret")
