"""The supervisor of one stack: start it, give it programs, ask it, stop it."""

import contextlib
import http.client
import os
import socket
import time
import xmlrpc.client
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from launcher.commands import run
from launcher.environment import without_own_settings
from launcher.errors import LaunchError
from launcher.layout import Layout, write_private
from launcher.programs import MARK, Program, program_section, supervisor_section

START_SECONDS = 10
STOP_SECONDS = 60


class UnixTransport(xmlrpc.client.Transport):
    """XML-RPC over a socket of the file system."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        known, connection = self._connection
        if connection is None or known != host:
            connection = UnixConnection(self._path)
            self._connection = host, connection
        return connection


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self._path))


@dataclass(frozen=True)
class ProgramState:
    """What the supervisor knows of a program; `state` is one of its words, such as RUNNING or BACKOFF."""

    name: str
    state: str
    pid: int
    description: str


class Supervisor:
    """Talks to the supervisor over its private socket."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._socket = layout.socket("supervisor.sock")

    def is_running(self) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException, xmlrpc.client.Error), self._rpc() as rpc:
            return bool(rpc.getState()["statename"] == "RUNNING")
        return False

    def clear_leftovers(self) -> list[int]:
        """Clear away what a crash or a reboot left behind; returns the ids of processes it ended."""
        ended = end_leftovers(self._layout.state)
        self._socket.unlink(missing_ok=True)
        self._layout.supervisor_pid.unlink(missing_ok=True)
        return ended

    def start(self) -> None:
        """Start the supervisor, without any program yet, unless it answers."""
        if self.is_running():
            return
        for file in self._layout.programs.glob("*.ini"):
            file.unlink()
        write_private(self._layout.supervisor_config, supervisor_section(self._layout))
        config = str(self._layout.supervisor_config)
        environment = {**without_own_settings(os.environ), MARK: str(self._layout.state)}
        done = run([self._layout.python, "-m", "supervisor.supervisord", "-c", config], environment)
        if not done.ok:
            raise LaunchError(f"The supervisor did not start: {done.said}")
        if not _until(self.is_running, START_SECONDS):
            raise LaunchError(f"The supervisor does not answer; see {self._layout.logs / 'supervisord.log'}.")

    def ensure(self, programs: Iterable[Program]) -> list[str]:
        """Supervise these too, touching only those that differ; returns the names of what changed."""
        for program in programs:
            write_private(self._file(program.name), program_section(program, self._layout))
        return self._update()

    def keep_only(self, names: Iterable[str]) -> list[str]:
        """Stop and forget every other program; returns the names of what changed."""
        kept = {self._file(name) for name in names}
        for file in set(self._layout.programs.glob("*.ini")) - kept:
            file.unlink()
        return self._update()

    def _file(self, program: str) -> Path:
        return self._layout.programs / f"{program}.ini"

    def _update(self) -> list[str]:
        with self._rpc() as rpc:
            [[added, changed, removed]] = rpc.reloadConfig()
            for name in [*changed, *removed]:
                rpc.stopProcessGroup(name)
                rpc.removeProcessGroup(name)
            for name in [*changed, *added]:
                rpc.addProcessGroup(name)
        return [*added, *changed, *removed]

    def programs(self) -> list[ProgramState]:
        with self._rpc() as rpc:
            infos: list[dict[str, Any]] = rpc.getAllProcessInfo()
        return [ProgramState(i["name"], i["statename"], i["pid"], i["description"]) for i in infos]

    def stop(self) -> bool:
        """Stop every program and the supervisor; tell whether anything ran."""
        was_running = self.is_running()
        if was_running:
            with self._rpc() as rpc:
                pid = rpc.getPID()
                rpc.shutdown()
            _until(lambda: not psutil.pid_exists(pid), STOP_SECONDS)
        return bool(self.clear_leftovers()) or was_running

    @contextlib.contextmanager
    def _rpc(self) -> Iterator[Any]:
        with xmlrpc.client.ServerProxy("http://localhost", transport=UnixTransport(self._socket)) as proxy:
            yield proxy.supervisor


def end_leftovers(state: Path) -> list[int]:
    """End processes of this stack that no supervisor looks after any more; returns their ids."""
    orphans = list(_supervised_processes(state))
    for process in orphans:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, stubborn = psutil.wait_procs(orphans, timeout=15)
    for process in stubborn:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, timeout=5)
    return [process.pid for process in orphans]


def _supervised_processes(state: Path) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(MARK) == str(state):
                yield process


def _until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return condition()
