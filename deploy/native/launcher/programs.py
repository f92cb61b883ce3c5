"""Programs as the supervisor's configuration describes them."""

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from launcher.layout import Layout

MARK = "SUNLIGHT_SUPERVISED"
"""Environment variable that every supervised process carries; its value is the state folder."""


@dataclass(frozen=True)
class Program:
    """One supervised process. `stop_signal` asks it to end well within `stop_seconds`."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: str = ""
    stop_signal: str = "TERM"
    stop_seconds: int = 20
    priority: int = 500


def program_section(program: Program, layout: Layout) -> str:
    """The `[program:x]` file of one program; never holds a secret, but is private all the same."""
    environment = {MARK: str(layout.state), **program.environment}
    log = layout.logs / f"{program.name}.log"
    lines = {
        "command": escape(shlex.join(program.command)),
        "directory": escape(program.directory or str(layout.repository)),
        "environment": ",".join(f"{name}={_quote(value)}" for name, value in environment.items()),
        "priority": program.priority,
        "autostart": "true",
        "autorestart": "true",
        "startsecs": 2,
        "startretries": 1_000_000,
        "stopsignal": program.stop_signal,
        "stopwaitsecs": program.stop_seconds,
        "stopasgroup": "true",
        "killasgroup": "true",
        "redirect_stderr": "true",
        "stdout_logfile": escape(str(log)),
        "stdout_logfile_maxbytes": "20MB",
        "stdout_logfile_backups": 3,
    }
    return f"[program:{program.name}]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items())


def supervisor_section(layout: Layout) -> str:
    """The supervisor itself: a private socket instead of a port, and one included file per program."""
    socket = escape(str(layout.socket("supervisor.sock")))
    identity = "user = root\n" if os.geteuid() == 0 else ""
    return f"""[unix_http_server]
file = {socket}
chmod = 0600

[supervisord]
{identity}logfile = {escape(str(layout.logs / "supervisord.log"))}
logfile_maxbytes = 5MB
logfile_backups = 2
pidfile = {escape(str(layout.supervisor_pid))}
childlogdir = {escape(str(layout.logs))}
umask = 077
minfds = 4096

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl = unix://{socket}

[include]
files = programs/*.ini
"""


def escape(text: str) -> str:
    return text.replace("%", "%%")


def _quote(value: str) -> str:
    return '"' + escape(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
