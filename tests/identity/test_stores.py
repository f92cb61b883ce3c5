"""What is saved comes back, and the database itself holds the rules that matter most."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from identity.domain.departments import Department, System
from identity.domain.sign_in import Client, Failures, Session, secret_hash
from identity.domain.staff import Staff
from identity.forgetting import forget_expired
from identity.handlers.sign_in import count_attempt
from identity.store import metadata
from identity.store.departments import DepartmentStore
from identity.store.issued import IssuedStore
from identity.store.sign_in import FailureStore, SessionStore, SigningKeyStore
from identity.store.staff import ClientStore, StaffStore
from identity.tokens import current_keys, rotate
from shared.migrations import schema_differences
from shared.problems import TooMany
from shared.roles import Role
from tests.identity.running import fresh

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


def department() -> Department:
    return Department.new(fresh("dep"), "审计局", active=True)


def system(of: Department) -> System:
    return System(f"system:{of.code}:{fresh('x')}", "业务系统", secret_hash("secret"), trusted=True)


def person(*grants: tuple[Role, str]) -> Staff:
    return Staff.new(fresh("person"), "林知秋", frozenset(grants), "hash", active=True)


async def test_the_migrations_make_exactly_the_tables_of_the_code(engine: AsyncEngine) -> None:
    url = engine.url.render_as_string(hide_password=False)
    assert await schema_differences(metadata, url) == []


async def test_a_department_comes_back_with_its_systems(engine: AsyncEngine) -> None:
    made = department()
    full = made.with_system(system(made))
    async with engine.begin() as connection:
        store = DepartmentStore(connection)
        assert await store.add(made)
        await store.save(full)
    async with engine.connect() as connection:
        store = DepartmentStore(connection)
        assert await store.get(full.code) == full
        assert await store.get_locked(full.code) == full
        assert await store.get("nobody") is None
        assert full in await store.page("", 100)
        assert full not in await store.page(full.code, 100)
        assert full.code in await store.codes()


async def test_a_department_added_twice_is_added_once(engine: AsyncEngine) -> None:
    made = department()
    async with engine.begin() as connection:
        assert await DepartmentStore(connection).add(made)
        assert not await DepartmentStore(connection).add(made)


async def test_the_database_refuses_a_second_active_system(engine: AsyncEngine) -> None:
    made = department()
    broken = replace(made, systems=(system(made), system(made)))
    async with engine.connect() as connection:
        store = DepartmentStore(connection)
        await store.add(made)
        with pytest.raises(IntegrityError, match="uq_systems_active_department"):
            await store.save(broken)


async def test_a_person_comes_back_with_every_grant(engine: AsyncEngine) -> None:
    made = person((Role.AUTHOR, "audit"), (Role.CHIEF, "*"))
    changed = made.changed_to("林秋", frozenset(), active=False, password_hash="other")
    async with engine.begin() as connection:
        store = StaffStore(connection)
        await store.add(made)
        assert await store.get(made.username) == made
        await store.save(changed)
        assert await store.get(made.username) == changed
        assert changed in await store.page("", 100)
        assert not await store.is_empty()


async def test_other_administrators_are_counted_only_if_active_and_of_every_department(
    engine: AsyncEngine,
) -> None:
    everything = (Role.ADMIN, "*")
    me, other = person(everything), person(everything, (Role.AUTHOR, "audit"))
    off = replace(person(everything), active=False)
    async with engine.begin() as connection:
        store = StaffStore(connection)
        before = await store.count_administrators_besides(me.username)
        for one in (me, other, off, person((Role.ADMIN, "audit"))):
            await store.add(one)
        assert await store.count_administrators_besides(me.username) == before + 1


async def test_a_system_signs_in_for_its_department_while_both_are_active(engine: AsyncEngine) -> None:
    made = department()
    own = system(made)
    full = made.with_system(own)
    async with engine.begin() as connection:
        await DepartmentStore(connection).add(made)
        await DepartmentStore(connection).save(full)
        client = await ClientStore(connection).get(own.client_id)
        assert client is not None
        assert client.grants == {(Role.DEPARTMENT_SYSTEM, made.code)}
        assert client.accepts("secret")
        await DepartmentStore(connection).save(full.changed_to("审计局", active=False))
        closed = await ClientStore(connection).get(own.client_id)
        assert closed is not None
        assert not closed.accepts("secret")


async def test_a_service_client_put_again_is_replaced(engine: AsyncEngine) -> None:
    client = Client(f"system:{fresh('x')}", "one", "名", frozenset({(Role.OPERATOR, "*")}), active=True)
    async with engine.begin() as connection:
        store = ClientStore(connection)
        await store.put_service_client(client)
        await store.put_service_client(replace(client, secret_hash="two"))
        assert await store.get(client.client_id) == replace(client, secret_hash="two")
        assert await store.get("nobody") is None


async def test_a_session_can_be_seen_and_ended_alone_or_with_all_of_its_person(engine: AsyncEngine) -> None:
    someone = person()
    sessions = [Session.start(f"{someone.username} {number}", someone.username, AT) for number in range(3)]
    async with engine.begin() as connection:
        await StaffStore(connection).add(someone)
        store = SessionStore(connection)
        for session in sessions:
            await store.add(session)
        seen = sessions[0].seen(AT + timedelta(minutes=10))
        await store.mark_seen(seen)
        assert await store.get(seen.id_hash) == seen
        await store.end(seen.id_hash)
        assert await store.get(seen.id_hash) is None
        await store.end_all_of(someone.username)
        assert await store.get(sessions[1].id_hash) is None


async def test_what_has_expired_is_forgotten_and_nothing_else(engine: AsyncEngine) -> None:
    someone = person()
    idle = Session.start(fresh("idle"), someone.username, AT - timedelta(minutes=61))
    live = Session.start(fresh("live"), someone.username, AT - timedelta(minutes=59))
    worn = replace(live, id_hash=fresh("worn"), started_at=AT - timedelta(hours=13))
    async with engine.begin() as connection:
        await StaffStore(connection).add(someone)
        for session in (idle, live, worn):
            await SessionStore(connection).add(session)
        failures = FailureStore(connection)
        await failures.get_locked("old", AT - timedelta(hours=25))
        await failures.get_locked("new", AT - timedelta(hours=23))
    await forget_expired(engine, AT)
    async with engine.begin() as connection:
        store = SessionStore(connection)
        assert [await store.get(one.id_hash) for one in (idle, live, worn)] == [None, live, None]
        left = (await connection.execute(text("select name_key from sign_in_failures"))).scalars().all()
        assert "new" in left
        assert "old" not in left


async def test_parallel_attempts_at_one_name_cannot_outrun_the_lock(engine: AsyncEngine) -> None:
    name = fresh("person")

    async def attempt() -> bool:
        try:
            async with engine.begin() as connection:
                await count_attempt(name, AT, FailureStore(connection))
        except TooMany:
            return False
        return True

    accepted = await asyncio.gather(*(attempt() for _ in range(20)))
    assert sum(accepted) == 5


async def test_a_failure_count_comes_back_and_can_be_cleared(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        store = FailureStore(connection)
        assert await store.get_locked("count", AT) == Failures(0, AT)
        await store.save("count", Failures(7, AT))
        assert await store.get_locked("count", AT + timedelta(days=1)) == Failures(7, AT)
        await store.clear("count")
        assert await store.get_locked("count", AT) == Failures(0, AT)


async def test_processes_that_start_together_make_one_signing_key(engine: AsyncEngine) -> None:
    async def start() -> str:
        async with engine.begin() as connection:
            keys = await current_keys(SigningKeyStore(connection), AT)
            return keys[0].kid

    assert len(set(await asyncio.gather(*(start() for _ in range(5))))) == 1


async def test_rotation_publishes_two_keys_and_forgets_the_old_one_later(engine: AsyncEngine) -> None:
    async def keys_at(at: datetime) -> list[str]:
        async with engine.begin() as connection:
            return [key.kid for key in await current_keys(SigningKeyStore(connection), at)]

    async def rotate_at(at: datetime) -> str:
        async with engine.begin() as connection:
            return (await rotate(SigningKeyStore(connection), at)).kid

    (first,) = await keys_at(AT)
    second = await rotate_at(AT + timedelta(days=1))
    assert await keys_at(AT + timedelta(days=1)) == [second, first]
    assert await keys_at(AT + timedelta(days=1, hours=1)) == [second]
    await rotate_at(AT + timedelta(days=2))
    async with engine.connect() as connection:
        stored = {key.kid for key in await SigningKeyStore(connection).all()}
    assert first not in stored


async def test_what_an_idempotency_key_made_belongs_to_its_caller(engine: AsyncEngine) -> None:
    key = fresh("key")
    async with engine.begin() as connection:
        store = IssuedStore(connection)
        await store.keep(key, "admin", "fingerprint", "system:audit:1")
        assert await store.get(key, "admin") == ("fingerprint", "system:audit:1")
        assert await store.get(key, "other") is None


async def test_another_service_can_neither_connect_nor_read_a_private_key(
    engine: AsyncEngine, postgres_admin_url: str
) -> None:
    database = engine.url.database
    url = make_url(postgres_admin_url).set(drivername="postgresql+asyncpg", database=database)
    admin = create_async_engine(url)
    try:
        async with admin.connect() as connection:
            may = text("select has_database_privilege('search', :database, 'connect')")
            assert not (await connection.execute(may, {"database": database})).scalar_one()
            await connection.execute(text("set role search"))
            with pytest.raises(ProgrammingError, match="permission denied"):
                await connection.execute(text("select private_key from signing_keys"))
    finally:
        await admin.dispose()
