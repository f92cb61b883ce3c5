"""Who publishes an event and who reads it, as the broker's topology says."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from shared.events import PAYLOADS


@dataclass(frozen=True)
class Queue:
    """A queue a service reads, and the routing keys of one exchange that fill it."""

    name: str
    exchange: str
    key: str

    @property
    def service(self) -> str:
        return self.name.partition(".")[0]

    def takes(self, routing_key: str) -> bool:
        """Whether a message under this key reaches the queue, by the rules of topic exchanges."""
        words = {"*": r"[^.]+", "#": ".*"}
        pattern = r"\.".join(words.get(word, re.escape(word)) for word in self.key.split("."))
        return re.fullmatch(pattern, routing_key) is not None


@dataclass(frozen=True)
class Flows:
    """The owners of events' subjects, by service, and every queue."""

    events_exchange: str
    departments_exchange: str
    outcomes_exchange: str
    owned: dict[str, tuple[str, ...]]
    queues: tuple[Queue, ...]

    @classmethod
    def read(cls, topology: Path) -> "Flows":
        """Read `deploy/rabbitmq/topology.toml`."""
        found = tomllib.loads(topology.read_text(encoding="utf-8"))
        exchanges = found["exchanges"]
        queues = tuple(
            Queue(binding["queue"], binding.get("exchange", exchanges["events"]), binding["key"])
            for binding in found["queues"]["bindings"]
        )
        owned = {service: tuple(rights["owns"]) for service, rights in found["services"].items()}
        return cls(exchanges["events"], exchanges["departments"], exchanges["outcomes"], owned, queues)

    def owners(self, event_type: str) -> list[str]:
        """The services that may publish an event; a sound topology has exactly one."""
        subject = event_type.partition(".")[0]
        return [service for service, subjects in self.owned.items() if subject in subjects]

    def published_by(self, service: str) -> list[str]:
        return [event_type for event_type in PAYLOADS if service in self.owners(event_type)]

    def read_by(self, service: str) -> list[Queue]:
        return [queue for queue in self.queues if queue.service == service]

    def events_in(self, queue: Queue) -> list[str]:
        """The events a queue brings; none when it takes from another exchange."""
        return [name for name in PAYLOADS if queue.exchange == self.events_exchange and queue.takes(name)]

    def readers(self, event_type: str) -> list[str]:
        """The queues an event reaches."""
        return [queue.name for queue in self.queues if event_type in self.events_in(queue)]
