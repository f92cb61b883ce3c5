"""One-shot commands: the first administrator and operator, and a new signing key."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from identity.domain.sign_in import Client, new_secret, secret_hash
from identity.domain.staff import Staff
from identity.passwords import Passwords
from identity.store.sign_in import SigningKeyStore
from identity.store.staff import ClientStore, StaffStore
from identity.tokens import current_keys, rotate
from shared.database import create_engine
from shared.events import now
from shared.roles import EVERY_DEPARTMENT, Role, service_client_id
from shared.settings import Settings

log = structlog.get_logger(__name__)

ADMINISTRATOR = "admin"
OPERATOR = "system:operator"
OPERATOR_ROLES = (Role.OPERATOR, Role.ADMIN, Role.CATALOGUE_EDITOR)


async def bootstrap(settings: Settings) -> None:
    """At the first start make an administrator and the operators' client; later change nothing.

    Their secrets go to `credentials.json` in the state folder, readable by its owner only. It is written
    before the commit: a crash between the two leaves a file that the next run replaces.
    """
    engine = create_engine(settings.database_url)
    try:
        await make_first_credentials(engine, Passwords(), settings.state / "credentials.json")
    finally:
        await engine.dispose()


async def rotate_key(settings: Settings) -> None:
    """Sign with a new key from now on; the old one stays published for an hour."""
    engine = create_engine(settings.database_url)
    try:
        async with engine.begin() as connection:
            made = await rotate(SigningKeyStore(connection), now())
        log.info("signing_key.rotated", kid=made.kid)
    finally:
        await engine.dispose()


async def make_first_credentials(engine: AsyncEngine, passwords: Passwords, file: Path) -> bool:
    """Make them unless somebody is there already; tell whether they were made."""
    async with engine.begin() as connection:
        people = StaffStore(connection)
        await people.lock()
        if not await people.is_empty():
            return False
        password, secret = new_secret(), new_secret()
        await people.add(_administrator(await passwords.hash(password)))
        await ClientStore(connection).put_service_client(_operator(secret))
        await current_keys(SigningKeyStore(connection), now())
        add_to_file(
            file,
            {
                "admin": {"username": ADMINISTRATOR, "password": password},
                "operator": {"client_id": OPERATOR, "client_secret": secret},
            },
        )
    log.info("bootstrap.done", file=str(file))
    return True


async def keep_service_clients(engine: AsyncEngine, secrets: Mapping[str, str]) -> None:
    """Let services sign in with the secrets of this installation; each may read the public record whole."""
    grants = frozenset({(Role.SERVICE, EVERY_DEPARTMENT)})
    async with engine.begin() as connection:
        for service, secret in secrets.items():
            client = Client(service_client_id(service), secret_hash(secret), service, grants, active=True)
            await ClientStore(connection).put_service_client(client)


def _administrator(password_hash: str) -> Staff:
    grants = frozenset({(Role.ADMIN, EVERY_DEPARTMENT)})
    return Staff.new(ADMINISTRATOR, "系统管理员", grants, password_hash, active=True)


def _operator(secret: str) -> Client:
    grants = frozenset((role, EVERY_DEPARTMENT) for role in OPERATOR_ROLES)
    return Client(OPERATOR, secret_hash(secret), "运维命令行", grants, active=True)


def add_to_file(file: Path, more: Mapping[str, object]) -> None:
    """Add entries to a JSON file of mode 600, replacing it in one step."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    present = json.loads(file.read_text()) if file.exists() else {}
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as written:
        json.dump({**present, **more}, written, ensure_ascii=False, indent=2)
        written.flush()
        os.fsync(written.fileno())
    new.replace(file)
