"""The supervisor of one stack: start it, give it programs, ask it, stop it."""

import contextlib
import os
import subprocess
import time
import xmlrpc.client
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from supervisor.xmlrpc import SupervisorTransport

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
        command = [self._layout.python, "-m", "supervisor.supervisord", "-c", str(self._layout.supervisor_config)]
        done = subprocess.run(command, env=_inherited(os.environ, self._layout), capture_output=True, text=True)
        if done.returncode != 0:
            raise LaunchError(f"The supervisor did not start: {(done.stderr or done.stdout).strip()[-400:]}")
        if not _until(self.is_running, START_SECONDS):
            raise LaunchError(f"The supervisor does not answer; see {self._layout.logs / 'supervisord.log'}.")

    def apply(self, programs: list[Program]) -> list[str]:
        """Make these the supervised programs, touching only those that differ; returns what changed."""
        folder = self._layout.programs
        wanted = {f"{program.name}.ini": program_section(program, self._layout) for program in programs}
        for stale in set(path.name for path in folder.glob("*.ini")) - set(wanted):
            (folder / stale).unlink()
        for name, text in wanted.items():
            write_private(folder / name, text)
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

    def restart(self, name: str) -> None:
        self._rpc().stopProcess(name)
        self._rpc().startProcess(name, False)

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


def _inherited(environment: Mapping[str, str], layout: Layout) -> dict[str, str]:
    """The caller's environment without its own Sunlight settings: those belong in the env files."""
    kept = {name: value for name, value in environment.items() if not name.startswith("SUNLIGHT_")}
    return {**kept, MARK: str(layout.state)}


def _until(condition: Any, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return bool(condition())
