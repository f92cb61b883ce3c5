"""What the machine must bring: packages of the distribution, free ports, and the right to use both."""

import os
import shutil
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from launcher import rabbitmq
from launcher.commands import run
from launcher.errors import LaunchError
from launcher.ports import Port


@dataclass(frozen=True)
class Package:
    """A package of the distribution, known by a file that it installs."""

    name: str
    purpose: str
    witness: Path | None = None
    command: str = ""

    def is_installed(self) -> bool:
        return self.witness.exists() if self.witness else shutil.which(self.command) is not None


RABBITMQ = Package("rabbitmq-server", "RabbitMQ", witness=rabbitmq.SERVER)
BROWSER = Package("chromium", "Chromium, which the tests drive", command="chromium")
FONTS = Package(
    "fonts-noto-cjk", "a Chinese font", witness=Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
)
MAVEN = Package("maven", "Maven, which brings OpenSearch", command="mvn")


def ensure_packages(packages: Iterable[Package]) -> None:
    """Install what is missing, as root or through sudo without a password; else say what to install."""
    missing = [package for package in packages if not package.is_installed()]
    if not missing:
        return
    names = [package.name for package in missing]
    wanted = " and ".join(package.purpose for package in missing)
    hint = f"{wanted} is missing: apt-get install {' '.join(names)}"
    prefix = _root_prefix()
    if prefix is None or shutil.which("apt-get") is None:
        raise LaunchError(f"{hint} (as root), then try again.")
    _install(prefix, names, hint)


def ensure_free(ports: Iterable[Port], host: str = "127.0.0.1") -> None:
    """Raise LaunchError for the first port that something else listens on."""
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port.number))
            except OSError as error:
                raise LaunchError(
                    f"Port {port.number}, meant for {port.purpose}, cannot be used ({error.strerror}): "
                    f"set {port.variable} to another one."
                ) from error


def _root_prefix() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and run(["sudo", "-n", "true"]).ok:
        return ["sudo", "-n"]
    return None


def _install(prefix: list[str], names: list[str], hint: str) -> None:
    """Install without letting a package start its own server: with RUNLEVEL=1 init scripts are not run."""
    for command in (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", *names]):
        done = run([*prefix, "env", "RUNLEVEL=1", "DEBIAN_FRONTEND=noninteractive", *command])
    if not done.ok:
        raise LaunchError(f"{hint}; doing so here failed: {done.said}")
