"""The topology and the code agree on who reads what and who may publish what."""

import importlib

import pytest

from launcher.broker_admin import TOPOLOGY
from launcher.topology import consumer_queues, load
from shared.events import PAYLOADS
from shared.flows import Flows, Queue
from shared.openapi import disconnected
from shared.process import Worker

FLOWS = Flows.read(TOPOLOGY)


def worker_of(service: str) -> Worker:
    """A service's worker, put together but connected to nothing."""
    worker: Worker = importlib.import_module(f"{service}.app").worker(disconnected(service))
    return worker


@pytest.mark.parametrize("service", FLOWS.owned)
async def test_a_worker_reads_every_queue_of_its_service_and_no_other(service: str) -> None:
    queues = worker_of(service).consumers.queues
    assert len(queues) == len(set(queues))
    assert set(queues) == {f"{service}.parked", *(queue.name for queue in FLOWS.read_by(service))}


def test_every_queue_belongs_to_a_service() -> None:
    assert {name.partition(".")[0] for name in consumer_queues(load(TOPOLOGY))} <= FLOWS.owned.keys()


@pytest.mark.parametrize("event_type", PAYLOADS)
def test_every_event_has_exactly_one_owner(event_type: str) -> None:
    assert len(FLOWS.owners(event_type)) == 1


def test_no_subject_has_two_owners() -> None:
    subjects = [subject for owned in FLOWS.owned.values() for subject in owned]
    assert len(subjects) == len(set(subjects))


def test_every_queue_of_events_is_filled_by_some_event() -> None:
    announced = [queue for queue in FLOWS.queues if queue.exchange == FLOWS.events_exchange]
    assert [queue.name for queue in announced if not FLOWS.events_in(queue)] == []


@pytest.mark.parametrize(
    ("pattern", "key", "taken"),
    [
        ("document.#", "document.published", True),
        ("document.#", "documents.published", False),
        ("*.document.*", "audit.document.submit", True),
        ("*.document.*", "document.submit", False),
        ("*.document.*", "a.b.document.submit", False),
        ("a.b", "axb", False),
    ],
)
def test_keys_match_as_the_broker_matches_them(pattern: str, key: str, taken: bool) -> None:
    assert Queue("s.q", "e", pattern).takes(key) is taken
