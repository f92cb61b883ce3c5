"""Where things lie: the repository, the state of one stack and the cache shared between stacks."""

import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from launcher.errors import LaunchError

REPOSITORY = Path(__file__).resolve().parents[3]
LEAST_DISK = 2**30
LONGEST_SOCKET_PATH = 100  # AF_UNIX allows 107 bytes; supervisor adds its pid while it binds


@dataclass(frozen=True)
class Layout:
    """Folders of one stack. Everything it writes is under `state`, but for sockets when that path is long."""

    state: Path
    repository: Path = REPOSITORY

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Layout":
        return cls(Path(environment.get("SUNLIGHT_STATE") or REPOSITORY / ".sunlight").resolve())

    @property
    def cache(self) -> Path:
        return self.repository / ".sunlight-cache"

    @property
    def logs(self) -> Path:
        return self.state / "log"

    @property
    def env(self) -> Path:
        return self.state / "env"

    @property
    def programs(self) -> Path:
        return self.state / "supervisor" / "programs"

    @property
    def supervisor_config(self) -> Path:
        return self.state / "supervisor" / "supervisord.conf"

    @property
    def supervisor_pid(self) -> Path:
        return self.state / "supervisor" / "supervisord.pid"

    @property
    def python(self) -> str:
        return sys.executable

    def env_file(self, name: str) -> Path:
        return self.env / f"{name}.env"

    def socket(self, name: str) -> Path:
        """A socket beside the state, or in a private temporary folder when the path would be too long."""
        path = self.state / name
        if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH - 10:
            return path
        digest = hashlib.sha256(os.fsencode(self.state)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"sunlight-{os.geteuid()}-{digest}" / name

    def prepare(self) -> None:
        """Make the folders, readable by their owner only; raise LaunchError when that is refused."""
        if "%" in str(self.state):
            raise LaunchError(f"The path {self.state} has a percent sign: choose another one with SUNLIGHT_STATE.")
        folders = [self.state, self.logs, self.env, self.programs, self.socket("x").parent]
        try:
            for folder in folders:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.state.chmod(0o700)
            self._refuse_foreign(self.socket("x").parent)
        except OSError as error:
            raise LaunchError(
                f"Sunlight cannot write its state to {self.state} ({error.strerror}): "
                "free the disk, mend the permissions or choose another folder with SUNLIGHT_STATE."
            ) from error
        if shutil.disk_usage(self.state).free < LEAST_DISK:
            raise LaunchError(f"The disk of {self.state} has less than 1 GiB left: free it or set SUNLIGHT_STATE.")

    def _refuse_foreign(self, folder: Path) -> None:
        if folder.stat().st_uid != os.geteuid():
            raise LaunchError(f"{folder} belongs to another user: remove it or choose another SUNLIGHT_STATE.")


def write_private(path: Path, text: str) -> bool:
    """Replace a file atomically with mode 600; tell whether its content changed."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(path)
    return True


def read_json(path: Path) -> dict[str, Any]:
    """What an earlier start remembered, or nothing."""
    if not path.exists():
        return {}
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    write_private(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
