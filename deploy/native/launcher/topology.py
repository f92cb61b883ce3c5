"""From `deploy/rabbitmq/topology.toml` to the calls of the management API that make the broker so."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

NOBODY = "^$"
Json = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """One call of the management API, relative to `/api`; repeating it changes nothing."""

    method: Literal["PUT", "POST"]
    path: str
    body: Json


def load(path: Path) -> Json:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def desired_calls(topology: Json, vhost: str, passwords: Mapping[str, str]) -> list[Call]:
    """Everything a virtual host needs, in an order in which each call finds what it refers to.

    `passwords` holds one password per service; a service without one is given no user here.
    """
    host = quote(vhost, safe="")
    calls = [Call("PUT", f"/vhosts/{host}", {})]
    calls += [_rights(host, "admin", ".*", ".*", ".*")]
    calls += [_exchange(host, name) for name in exchange_names(topology)]
    calls += _retry_calls(topology, host)
    calls += _consumer_calls(topology, host)
    calls += [call for service in topology["services"] for call in _parked_calls(topology, host, service)]
    for service in topology["services"]:
        if service in passwords:
            calls.append(_user(service, passwords[service]))
        calls += _service_rights(topology, host, service)
    return calls


def department_calls(topology: Json, vhost: str, code: str, password: str) -> list[Call]:
    """What one department system needs: its user, its queue and the right to its own keys only."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,62}", code):
        raise ValueError(f"{code!r} is no department code")
    host = quote(vhost, safe="")
    recipe = topology["department"]
    queue, topics = recipe["queue"], recipe["topics"]
    user = recipe["user"].format(code=code)
    name = queue["name"].format(code=code)
    right = {kind: recipe[kind].format(code=code) for kind in ("configure", "write", "read")}
    arguments = {"x-queue-type": "quorum", "x-max-length": queue["max_length"]}
    own_keys = {kind: topics[kind].format(code=code) for kind in ("write", "read")}
    return [
        _queue(host, name, arguments),
        _binding(host, queue["exchange"], name, queue["key"].format(code=code)),
        _user(user, password),
        Call("PUT", f"/permissions/{host}/{user}", right),
        _topic_right(host, user, topics["exchange"], own_keys["write"], own_keys["read"]),
    ]


def exchange_names(topology: Json) -> list[str]:
    return [*topology["exchanges"].values(), *retry_exchanges(topology)]


def retry_exchanges(topology: Json) -> list[str]:
    steps = range(1, len(topology["retry"]["waits_ms"]) + 1)
    return [topology["retry"]["exchange"].format(step=step) for step in steps]


def consumer_queues(topology: Json) -> list[str]:
    return [binding["queue"] for binding in topology["queues"]["bindings"]]


def _retry_calls(topology: Json, host: str) -> Iterator[Call]:
    retry = topology["retry"]
    for name, wait in zip(retry_exchanges(topology), retry["waits_ms"], strict=True):
        arguments = {**_kept_when_dead("", retry["max_length"]), "x-message-ttl": wait}
        yield _queue(host, name, arguments)
        yield _binding(host, name, name, "#")


def _consumer_calls(topology: Json, host: str) -> Iterator[Call]:
    queues = topology["queues"]
    for binding in queues["bindings"]:
        name = binding["queue"]
        arguments = {
            **_kept_when_dead(topology["exchanges"]["parked"], queues["max_length"]),
            "x-dead-letter-routing-key": name,
            "x-delivery-limit": queues["delivery_limit"],
        }
        yield _queue(host, name, arguments)
        yield _binding(host, binding.get("exchange", topology["exchanges"]["events"]), name, binding["key"])


def _parked_calls(topology: Json, host: str, service: str) -> Iterator[Call]:
    name = f"{service}.parked"
    yield _queue(host, name, {"x-queue-type": "quorum"})
    yield _binding(host, topology["exchanges"]["parked"], name, f"{service}.#")


def _service_rights(topology: Json, host: str, service: str) -> Iterator[Call]:
    exchanges, rights = topology["exchanges"], topology["services"][service]
    own_queues = rf"^{service}\."
    writes = {exchanges["events"]: _own_subjects(rights["owns"])}
    writes |= dict.fromkeys([*retry_exchanges(topology), exchanges["parked"]], own_queues)
    if rights.get("answers_departments"):
        writes[exchanges["outcomes"]] = r"^[^.]+\.outcome$"
    yield _rights(host, service, NOBODY, _exactly(list(writes)), own_queues)
    for exchange in exchange_names(topology):
        yield _topic_right(host, service, exchange, writes.get(exchange, NOBODY))


def _own_subjects(subjects: Sequence[str]) -> str:
    return rf"^({'|'.join(subjects)})\." if subjects else NOBODY


def _exactly(names: Sequence[str]) -> str:
    return f"^({'|'.join(re.escape(name) for name in names)})$"


def _kept_when_dead(exchange: str, max_length: int) -> Json:
    """A quorum queue that loses no message: a dead letter is confirmed at its goal before it goes here."""
    return {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": exchange,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
        "x-max-length": max_length,
    }


def _exchange(host: str, name: str) -> Call:
    return Call("PUT", f"/exchanges/{host}/{name}", {"type": "topic", "durable": True})


def _queue(host: str, name: str, arguments: Json) -> Call:
    return Call("PUT", f"/queues/{host}/{name}", {"durable": True, "arguments": arguments})


def _binding(host: str, exchange: str, queue: str, key: str) -> Call:
    return Call("POST", f"/bindings/{host}/e/{exchange}/q/{queue}", {"routing_key": key})


def _user(name: str, password: str) -> Call:
    return Call("PUT", f"/users/{name}", {"password": password, "tags": ""})


def _rights(host: str, user: str, configure: str, write: str, read: str) -> Call:
    return Call("PUT", f"/permissions/{host}/{user}", {"configure": configure, "write": write, "read": read})


def _topic_right(host: str, user: str, exchange: str, write: str, read: str = NOBODY) -> Call:
    return Call("PUT", f"/topic-permissions/{host}/{user}", {"exchange": exchange, "write": write, "read": read})
