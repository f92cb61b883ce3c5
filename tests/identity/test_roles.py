"""Role × department × endpoint: nothing outside the table passes."""

from itertools import product

import pytest

from identity.app import assemble
from shared.database import create_engine
from shared.roles import Role
from shared.settings import Settings
from tests.identity.memory_broker import MemoryBroker
from tests.identity.running import Service, quick_passwords

PUBLIC = "public"
NOBODY_ID = "01890000-0000-7000-8000-000000000000"
ADMIN_OF_ALL = frozenset({(Role.ADMIN, "*")})
OPERATOR_ANYWHERE = frozenset({(Role.OPERATOR, "*"), (Role.OPERATOR, "audit")})

# Method, path as the application declares it, and who passes.
TABLE: list[tuple[str, str, str | frozenset[tuple[Role, str]]]] = [
    ("POST", "/api/token", PUBLIC),
    ("GET", "/.well-known/jwks.json", PUBLIC),
    ("POST", "/internal/sessions", PUBLIC),
    ("POST", "/internal/sessions/current", PUBLIC),
    ("POST", "/internal/sessions/end", PUBLIC),
    ("GET", "/api/departments", PUBLIC),
    ("GET", "/api/departments/{code}", PUBLIC),
    ("PUT", "/api/departments/{code}", ADMIN_OF_ALL),
    ("GET", "/api/departments/{code}/systems", ADMIN_OF_ALL),
    ("POST", "/api/departments/{code}/systems", ADMIN_OF_ALL),
    ("PUT", "/api/departments/{code}/systems/{client_id}", ADMIN_OF_ALL),
    ("POST", "/api/departments/{code}/systems/{client_id}/rotate", ADMIN_OF_ALL),
    ("GET", "/api/staff", ADMIN_OF_ALL),
    ("GET", "/api/staff/{username}", ADMIN_OF_ALL),
    ("PUT", "/api/staff/{username}", ADMIN_OF_ALL),
    ("GET", "/internal/parked", OPERATOR_ANYWHERE),
    ("GET", "/internal/parked/{message_id}", OPERATOR_ANYWHERE),
    ("POST", "/internal/parked/{message_id}/replay", OPERATOR_ANYWHERE),
    ("POST", "/internal/parked/{message_id}/discard", OPERATOR_ANYWHERE),
    ("GET", "/internal/trace/{subject}", OPERATOR_ANYWHERE),
]
GUARDED = [(method, path, allowed) for method, path, allowed in TABLE if not isinstance(allowed, str)]
BODIES = {
    ("PUT", "/api/departments/{code}"): {"name": "审计局"},
    ("POST", "/api/departments/{code}/systems"): {"name": "系统"},
    ("PUT", "/api/departments/{code}/systems/{client_id}"): {"trusted": True, "active": True},
    ("PUT", "/api/staff/{username}"): {"name": "名", "grants": []},
}


def address(path: str) -> str:
    """A path that names things that do not exist, so that a passed guard finds nothing to change."""
    names = {"code": "audit", "client_id": "system:audit:0", "username": "nobody", "subject": "audit"}
    return path.format(**names, message_id=NOBODY_ID)


def test_every_endpoint_of_the_application_is_in_the_table() -> None:
    engine = create_engine("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    app = assemble(Settings(service="identity"), engine, MemoryBroker(), quick_passwords())
    shown = {(method.upper(), path) for path, methods in app.openapi()["paths"].items() for method in methods}
    assert shown == {(method, path) for method, path, _ in TABLE}


@pytest.mark.parametrize(
    ("method", "path", "allowed"), GUARDED, ids=lambda value: value if isinstance(value, str) else ""
)
async def test_only_the_table_passes(
    service: Service, method: str, path: str, allowed: frozenset[tuple[Role, str]]
) -> None:
    passed = set()
    for role, where in product(Role, ("*", "audit", "finance")):
        token = await service.token((role, where))
        body = BODIES.get((method, path))
        answer = await service.call(method, address(path), body, token=token, If_Match='"1"')
        assert answer.status in (403, 200, 404, 409), answer.body
        if answer.status != 403:
            passed.add((role, where))
    assert passed == {grant for grant in product(Role, ("*", "audit", "finance")) if in_table(grant, allowed)}


def in_table(grant: tuple[Role, str], allowed: frozenset[tuple[Role, str]]) -> bool:
    """An operator of any department reads delivery; administration needs every department."""
    role, where = grant
    if allowed is OPERATOR_ANYWHERE:
        return role is Role.OPERATOR
    return (role, where) in allowed


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _ in GUARDED])
async def test_without_a_token_nothing_guarded_opens(service: Service, method: str, path: str) -> None:
    for sent in ("", "Bearer nonsense", "Basic YTpi"):
        answer = await service.call(method, address(path), BODIES.get((method, path)), Authorization=sent)
        assert answer.status == 401


async def test_all_roles_together_without_admin_cannot_administer(service: Service) -> None:
    token = await service.token(*((role, "*") for role in Role if role is not Role.ADMIN))
    for method, path, allowed in GUARDED:
        if allowed is ADMIN_OF_ALL:
            answer = await service.call(method, address(path), BODIES.get((method, path)), token=token)
            assert answer.status == 403
