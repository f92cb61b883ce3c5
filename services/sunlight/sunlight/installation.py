"""Which installation the command line talks to: addresses and credentials from its state folder."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

SERVICES = ("identity", "catalog", "publishing", "intake", "search", "supervision")


class CommandError(Exception):
    """Something the person at the command line can put right; its text is the whole message."""


@dataclass(frozen=True)
class Installation:
    """Addresses by their environment names (without SUNLIGHT_), and the folder they came from."""

    state: Path
    values: dict[str, str]

    def url(self, service: str) -> str:
        """The base address of a service's API, or `public` for the portal's origin."""
        try:
            return self.values[f"{service.upper()}_URL"]
        except KeyError as error:
            raise CommandError(f"安装的设置里没有 SUNLIGHT_{service.upper()}_URL；请再运行一次 make up") from error

    def credentials(self) -> dict[str, Any]:
        """The sign-ins kept by the installation."""
        path = self.state / "credentials.json"
        try:
            found: dict[str, Any] = json.loads(path.read_text())
        except FileNotFoundError as error:
            raise CommandError(f"没有找到凭据文件 {path}；请先运行 make up") from error
        except ValueError as error:
            raise CommandError(f"凭据文件 {path} 已损坏，不是 JSON") from error
        return found

    def keep_credentials(self, changed: dict[str, Any]) -> None:
        """Replace the file of sign-ins, readable by its owner only, without ever leaving half a file."""
        path = self.state / "credentials.json"
        partial = path.with_suffix(".partial")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(changed, file, ensure_ascii=False, indent=2)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)

    def department(self, code: str) -> dict[str, str]:
        """The credentials of a department's system."""
        found: dict[str, str] | None = self.credentials().get("departments", {}).get(code)
        if found is None:
            raise CommandError(f"没有部门 {code} 的系统凭据；可用：{'、'.join(self.credentials()['departments'])}")
        return found

    def department_amqp_url(self, code: str) -> str:
        """The broker address with a department's own user."""
        account = self.department(code)
        where = f"{self.values['AMQP_HOST']}:{self.values['AMQP_PORT']}/{self.values['AMQP_VHOST']}"
        return f"amqp://{quote(account['broker_user'])}:{quote(account['broker_password'])}@{where}"


def find_installation() -> Installation:
    """The installation of SUNLIGHT_ENV_FILE or SUNLIGHT_STATE, or of `.sunlight` in this folder or one above it.

    Raises:
        CommandError: there is none.
    """
    named = os.environ.get("SUNLIGHT_STATE")
    here = Path.cwd()
    places = [Path(named)] if named else [folder / ".sunlight" for folder in (here, *here.parents)]
    files = [Path(os.environ.get("SUNLIGHT_ENV_FILE", "")), *(state / "env" / "operator.env" for state in places)]
    for file in files:
        if file.is_file():
            values = _read(file)
            return Installation(Path(values["STATE"]), values)
    raise CommandError("没有找到运行中的安装；请在项目目录运行 make up，或设置 SUNLIGHT_STATE")


def _read(file: Path) -> dict[str, str]:
    lines = (line.partition("=") for line in file.read_text().splitlines() if "=" in line)
    return {name.removeprefix("SUNLIGHT_"): value for name, _, value in lines}
