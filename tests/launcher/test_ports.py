import socket
from pathlib import Path

import pytest

from launcher.errors import LaunchError
from launcher.ports import Port, Ports
from launcher.prerequisites import ensure_free
from launcher.services import SERVICES
from launcher.stack import Stack


def test_every_port_follows_the_public_one() -> None:
    ports = Ports.from_environment({"SUNLIGHT_PORT": "28000"})
    assert (ports["public"], ports["postgres"], ports["amqp"], ports["opensearch"]) == (
        28000,
        28010,
        28011,
        28015,
    )
    assert ports.replica("search", "api", 2).number == 28061
    assert ports.replica("search", "worker", 1).number == 28160


def test_one_port_moves_alone_by_its_own_variable() -> None:
    ports = Ports.from_environment({"SUNLIGHT_PORT_AMQP": "5672"})
    assert (ports["amqp"], ports["postgres"]) == (5672, 8010)


def test_no_two_replicas_share_a_port() -> None:
    ports = Ports.from_environment({})
    numbers = [port.number for port in ports.infrastructure()] + [ports["public"]]
    for service in SERVICES:
        for role in service.roles:
            numbers += [ports.replica(service.name, role, replica).number for replica in range(1, 10)]
    assert len(numbers) == len(set(numbers))


def stack(state: Path, **environment: str) -> Stack:
    found = Stack.from_environment({"SUNLIGHT_STATE": str(state), **environment})
    found.layout.prepare()
    found.remember()
    return found


def test_later_commands_find_the_ports_of_the_last_start(tmp_path: Path) -> None:
    stack(tmp_path, SUNLIGHT_PORT="28000", SUNLIGHT_PORT_AMQP="5672")
    later = Stack.from_environment({"SUNLIGHT_STATE": str(tmp_path)})
    assert (later.ports["public"], later.ports["amqp"], later.ports["postgres"]) == (28000, 5672, 28010)


def test_a_new_public_port_moves_every_other_port_anew(tmp_path: Path) -> None:
    stack(tmp_path, SUNLIGHT_PORT="28000", SUNLIGHT_PORT_AMQP="5672")
    moved = stack(tmp_path, SUNLIGHT_PORT="29000")
    assert (moved.ports["amqp"], moved.ports["postgres"]) == (29011, 29010)


@pytest.mark.parametrize("text", ["80", "70000", "-1", "8000.5", "abc", "８０００"])
def test_what_is_no_port_is_refused_by_the_name_of_its_variable(text: str) -> None:
    with pytest.raises(LaunchError, match="SUNLIGHT_PORT_AMQP"):
        Ports.from_environment({"SUNLIGHT_PORT_AMQP": text})


def test_a_busy_port_is_named_with_its_purpose_and_the_variable_that_moves_it() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        number = other.getsockname()[1]
        with pytest.raises(LaunchError) as error:
            ensure_free([Port(number, "PostgreSQL", "SUNLIGHT_PORT_POSTGRES")])
    for part in (str(number), "PostgreSQL", "SUNLIGHT_PORT_POSTGRES"):
        assert part in str(error.value)
    assert "\n" not in str(error.value)
