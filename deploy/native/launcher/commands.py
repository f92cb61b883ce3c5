"""Runs a program to its end and keeps what it said."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

TAIL = 1500


@dataclass(frozen=True)
class Finished:
    """How a program ended; `said` is the end of all it printed."""

    ok: bool
    said: str


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Finished:
    """A program that is not there has failed, too."""
    try:
        done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True)
    except OSError as error:
        return Finished(False, f"{command[0]}: {error.strerror}")
    return Finished(done.returncode == 0, (done.stdout + done.stderr).strip()[-TAIL:])
