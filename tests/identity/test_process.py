"""The service as processes: its commands, its first credentials, its worker."""

import asyncio
import json
import stat
import sys
from pathlib import Path
from typing import Literal

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from identity.app import worker
from identity.bootstrap import add_to_file, make_first_credentials
from identity.handlers.sign_in import client_principal
from identity.passwords import Passwords
from identity.store import delivery
from identity.store.staff import ClientStore, StaffStore
from shared.settings import Settings
from tests.identity.running import Service, quick_passwords
from tests.support.infrastructure import DatabaseFactory, Vhost
from tests.support.waiting import until


async def identity(command: str, database_url: str, state: Path) -> int:
    """Run `python -m identity <command>` to its end."""
    environment = {
        "SUNLIGHT_SERVICE": "identity",
        "SUNLIGHT_DATABASE_URL": database_url,
        "SUNLIGHT_STATE": str(state),
        "PYTHONPATH": ":".join(path for path in sys.path if path),
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "identity", command, env=environment)
    return await process.wait()


async def test_the_commands_prepare_an_empty_installation_once(database: DatabaseFactory, tmp_path: Path) -> None:
    url, file = await database("identity"), tmp_path / "state" / "credentials.json"
    for command in ("migrate", "migrate", "bootstrap"):
        assert await identity(command, url, file.parent) == 0
    first = file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert await identity("bootstrap", url, file.parent) == 0
    assert file.read_text() == first
    credentials = json.loads(first)
    assert set(credentials) == {"admin", "operator"}
    assert set(credentials["operator"]) == {"client_id", "client_secret"}
    assert await identity("rotate-key", url, file.parent) == 0


async def test_the_first_credentials_sign_in_with_their_roles(engine: AsyncEngine, tmp_path: Path) -> None:
    file, passwords = tmp_path / "credentials.json", quick_passwords()
    made = await asyncio.gather(*(make_first_credentials(engine, passwords, file) for _ in range(3)))
    assert sorted(made) == [False, False, True]
    kept = json.loads(file.read_text())
    async with engine.connect() as connection:
        own = kept["operator"]
        operator = await client_principal(own["client_id"], own["client_secret"], ClientStore(connection))
        admin = await StaffStore(connection).get(kept["admin"]["username"])
    assert operator.grants == {("operator", "*"), ("admin", "*"), ("catalogue_editor", "*")}
    assert admin is not None
    assert admin.is_administrator
    assert await passwords.matches(admin.password_hash, kept["admin"]["password"])


def test_the_credentials_file_keeps_what_others_have_written(tmp_path: Path) -> None:
    file = tmp_path / "credentials.json"
    file.write_text('{"staff": [1]}')
    file.chmod(0o644)
    add_to_file(file, {"admin": 2})
    assert json.loads(file.read_text()) == {"staff": [1], "admin": 2}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_the_worker_brings_a_changed_department_to_the_broker(
    service: Service, vhost: Vhost, tmp_path: Path
) -> None:
    url = service.engine.url.render_as_string(hide_password=False)
    settings = Settings(service="identity", state=tmp_path, database_url=url, amqp_url=vhost.amqp_url("identity"))
    code = await service.new_department()

    async def relayed() -> bool:
        sent = select(func.count()).where(delivery.outbox.c.subject == code, delivery.outbox.c.sent_at.is_not(None))
        async with service.engine.connect() as connection:
            return bool((await connection.execute(sent)).scalar_one())

    async with worker(settings).running():
        await until(relayed)


async def test_nobodys_password_never_matches_but_is_worked_on() -> None:
    work: list[str] = []

    class Watched(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - the library's name
            work.append(str(hash))
            return super().verify(hash, password)

    passwords = Passwords(Watched(time_cost=1, memory_cost=8, parallelism=1))
    hashed = await passwords.hash("Correct-Horse1")
    assert await passwords.matches(hashed, "Correct-Horse1")
    assert not await passwords.matches(hashed, "Wrong-Horse-1")
    assert not await passwords.matches(None, "Correct-Horse1")
    assert not await passwords.matches("no hash", "Correct-Horse1")
    assert len(work) == 4
    same_cost = {text.rsplit("$", 2)[0] for text in work[:3]}
    assert len(same_cost) == 1


async def test_the_same_signs_from_another_keyboard_are_the_same_password() -> None:
    passwords = quick_passwords()
    assert await passwords.matches(await passwords.hash("Café-Lantern-1"), "Cafe\u0301-Lantern-1")


async def test_hashing_leaves_the_event_loop_free() -> None:
    passwords = Passwords()
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    spinning = asyncio.create_task(turn())
    await passwords.hash("Correct-Horse1")
    spinning.cancel()
    with pytest.raises(asyncio.CancelledError):
        await spinning
    assert turns > 10


def test_passwords_are_argon2id_of_64_mebibytes() -> None:
    hasher = PasswordHasher()
    assert (hasher.type.name, hasher.memory_cost, hasher.time_cost) == ("ID", 65536, 3)
