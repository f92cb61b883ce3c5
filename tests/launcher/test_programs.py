import configparser
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from launcher.layout import Layout
from launcher.ports import Ports
from launcher.programs import Program, program_section, supervisor_section
from launcher.replicas import Replica, program
from launcher.services import SERVICES
from launcher.supervisor_client import Supervisor

SLEEPER = Program("sleeper", ["sleep", "100"])


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path / "a state")
    made.prepare()
    return made


@pytest.fixture
def supervisor(layout: Layout) -> Iterator[Supervisor]:
    made = Supervisor(layout)
    made.start()
    yield made
    made.stop()


def section(text: str) -> configparser.SectionProxy:
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    return parser[parser.sections()[0]]


def test_no_command_line_holds_a_secret(layout: Layout) -> None:
    ports = Ports.from_environment({})
    for service in SERVICES:
        for role in service.roles:
            described = section(program_section(program(Replica(service, role, 1), layout, ports), layout))
            assert shlex.split(described["command"])[-3:] == ["-m", service.name, role]
            assert f"{service.name}.env" in described["environment"]


def test_a_program_restarts_for_ever_and_takes_its_children_along(layout: Layout) -> None:
    described = section(program_section(Program("x", ["true"]), layout))
    assert (described["autorestart"], described["killasgroup"], described["stopasgroup"]) == ("true",) * 3
    assert int(described["startretries"]) > 100_000


def test_the_supervisor_listens_on_no_port(layout: Layout) -> None:
    assert "inet_http_server" not in supervisor_section(layout)


def started(supervisor: Supervisor, *, after: int = 0) -> dict[str, int]:
    """The ids of all programs, once each has one and none is `after`."""
    for _ in range(200):
        pids = {program.name: program.pid for program in supervisor.programs()}
        if not {0, after} & set(pids.values()):
            return pids
        psutil.wait_procs([psutil.Process()], timeout=0.05)
    raise AssertionError(f"not started: {pids}")


def test_a_killed_program_comes_back(supervisor: Supervisor) -> None:
    supervisor.ensure([SLEEPER])
    first = started(supervisor)["sleeper"]
    psutil.Process(first).kill()
    assert started(supervisor, after=first)["sleeper"] != first


def test_a_new_program_leaves_the_others_alone(supervisor: Supervisor) -> None:
    supervisor.ensure([SLEEPER])
    before = started(supervisor)
    assert supervisor.ensure([SLEEPER, replace(SLEEPER, name="second")]) == ["second"]
    assert started(supervisor)["sleeper"] == before["sleeper"]
    assert supervisor.keep_only(["sleeper"]) == ["second"]
    assert started(supervisor) == before


def test_what_a_killed_supervisor_left_running_is_ended(supervisor: Supervisor, layout: Layout) -> None:
    supervisor.ensure([SLEEPER])
    orphan = psutil.Process(started(supervisor)["sleeper"])
    boss = psutil.Process(int(layout.supervisor_pid.read_text()))
    boss.kill()
    psutil.wait_procs([boss], timeout=10)
    assert not supervisor.is_running()
    assert orphan.pid in supervisor.clear_leftovers()
    assert not orphan.is_running()


def test_a_second_start_changes_nothing(supervisor: Supervisor, layout: Layout) -> None:
    before = layout.supervisor_pid.read_text()
    supervisor.start()
    assert layout.supervisor_pid.read_text() == before
