"""Brings the databases of the services to their newest schema, two at a time."""

import asyncio
import hashlib
import os
from collections.abc import Iterable

from launcher.environment import without_own_settings
from launcher.errors import LaunchError
from launcher.layout import Layout, read_json, write_json
from launcher.replicas import package_folder
from launcher.services import Service

AT_ONCE = 2


def pending(layout: Layout, services: Iterable[Service]) -> list[Service]:
    """The services whose migrations differ from those that last succeeded here."""
    done = read_json(layout.state / "migrated.json")
    return [s for s in services if _digest(layout, s) not in ("", done.get(s.name))]


def forget(layout: Layout) -> None:
    """Nothing has been migrated: the data folder is new."""
    (layout.state / "migrated.json").unlink(missing_ok=True)


async def migrate(layout: Layout, services: Iterable[Service]) -> None:
    """Run `python -m <service> migrate` for each; raise LaunchError with the end of its output on failure."""
    slots = asyncio.Semaphore(AT_ONCE)
    await asyncio.gather(*(_migrate_one(layout, service, slots) for service in services))


async def _migrate_one(layout: Layout, service: Service, slots: asyncio.Semaphore) -> None:
    digest = _digest(layout, service)
    async with slots:
        process = await asyncio.create_subprocess_exec(
            layout.python, "-m", service.name, "migrate",
            env={**without_own_settings(os.environ), "SUNLIGHT_ENV_FILE": str(layout.env_file(service.name))},
            cwd=layout.repository,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        output, _ = await process.communicate()
    if process.returncode != 0:
        tail = output.decode(errors="replace")[-1500:]
        raise LaunchError(f"The database of {service.name} could not be migrated:\n{tail}")
    path = layout.state / "migrated.json"
    write_json(path, {**read_json(path), service.name: digest})


def _digest(layout: Layout, service: Service) -> str:
    """Empty for a service without migrations, so that it is never pending."""
    folder = package_folder(layout, service) / "migrations"
    files = sorted(folder.rglob("*.py")) if folder.is_dir() else []
    content = hashlib.sha256()
    for file in files:
        content.update(str(file.relative_to(folder)).encode() + file.read_bytes())
    return content.hexdigest() if files else ""
