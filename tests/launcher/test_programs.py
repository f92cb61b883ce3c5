import configparser
import shlex
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from launcher.layout import Layout
from launcher.ports import Ports
from launcher.programs import Program, program_section, supervisor_section
from launcher.replicas import Replica, program
from launcher.services import SERVICES
from launcher.supervisor_client import Supervisor, end_leftovers


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path / "state of %p")
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


def test_a_killed_program_comes_back(supervisor: Supervisor) -> None:
    supervisor.ensure([Program("sleeper", ["sleep", "100"])])
    first = supervisor.programs()[0].pid
    psutil.Process(first).kill()
    seconds_left = 100
    while (again := supervisor.programs()[0].pid) in (0, first) and seconds_left:
        psutil.wait_procs([], timeout=0.1)
        seconds_left -= 1
    assert again not in (0, first)


def test_a_new_program_leaves_the_others_alone(supervisor: Supervisor) -> None:
    supervisor.ensure([Program("one", ["sleep", "100"])])
    before = {p.name: p.pid for p in supervisor.programs()}
    assert supervisor.ensure([Program("one", ["sleep", "100"]), Program("two", ["sleep", "100"])]) == ["two"]
    assert {p.name: p.pid for p in supervisor.programs()}["one"] == before["one"]
    assert supervisor.keep_only(["one"]) == ["two"]
    assert {p.name: p.pid for p in supervisor.programs()} == before


def test_what_a_killed_supervisor_left_running_is_ended(supervisor: Supervisor, layout: Layout) -> None:
    supervisor.ensure([Program("orphan", ["sleep", "100"])])
    orphan = psutil.Process(supervisor.programs()[0].pid)
    boss = psutil.Process(int(layout.supervisor_pid.read_text()))
    boss.kill()
    psutil.wait_procs([boss], timeout=10)
    assert not supervisor.is_running()
    assert orphan.pid in end_leftovers(layout.state)
    assert not orphan.is_running()


def test_a_second_start_changes_nothing(supervisor: Supervisor, layout: Layout) -> None:
    before = layout.supervisor_pid.read_text()
    supervisor.start()
    assert layout.supervisor_pid.read_text() == before
