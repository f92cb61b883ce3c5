"""The supervisor of one stack: start it, give it programs, ask it, stop it."""

import contextlib
import os
import time
import xmlrpc.client
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from supervisor.xmlrpc import SupervisorTransport

from launcher.commands import run
from launcher.environment import without_own_settings
from launcher.errors import LaunchError
from launcher.layout import Layout, write_private
from launcher.programs import MARK, Program, program_section, supervisor_section

START_SECONDS = 10
STOP_SECONDS = 60


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
        with contextlib.suppress(OSError, xmlrpc.client.Error):
            return bool(self._rpc().getState()["statename"] == "RUNNING")
        return False

    def clear_leftovers(self) -> list[int]:
        """Clear away what a crash or a reboot left behind; returns the ids of processes it ended."""
        ended = end_leftovers(self._layout.state)
        self._socket.unlink(missing_ok=True)
        self._layout.supervisor_pid.unlink(missing_ok=True)
        return ended

    def start(self) -> None:
        """Start the supervisor unless it answers."""
        write_private(self._layout.supervisor_config, supervisor_section(self._layout))
        if self.is_running():
            return
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
        [[added, changed, removed]] = self._rpc().reloadConfig()
        for name in [*changed, *removed]:
            self._rpc().stopProcessGroup(name)
            self._rpc().removeProcessGroup(name)
        for name in [*changed, *added]:
            self._rpc().addProcessGroup(name)
        return [*added, *changed, *removed]

    def programs(self) -> list[ProgramState]:
        infos: list[dict[str, Any]] = self._rpc().getAllProcessInfo()
        return [ProgramState(i["name"], i["statename"], i["pid"], i["description"]) for i in infos]

    def stop(self) -> bool:
        """Stop every program and the supervisor; tell whether anything ran."""
        was_running = self.is_running()
        if was_running:
            pid = self._rpc().getPID()
            self._rpc().shutdown()
            with contextlib.suppress(psutil.NoSuchProcess):
                _until(lambda: not psutil.pid_exists(pid), STOP_SECONDS)
        return bool(self.clear_leftovers()) or was_running

    def _rpc(self) -> Any:
        transport = SupervisorTransport(serverurl=f"unix://{self._socket}")
        return xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport).supervisor


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
