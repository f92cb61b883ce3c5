"""Sessions for the portal, tokens for clients, keys for everyone. `/internal` never faces the public."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Response
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncEngine

from identity.api.asking import Body, never_stored
from identity.domain.sign_in import Session, csrf_token, secret_hash
from identity.domain.signing import TOKEN_LIFETIME
from identity.domain.staff import Staff, is_username
from identity.handlers.sign_in import (
    check_credentials,
    client_principal,
    count_attempt,
    open_session,
    staff_principal,
    use_session,
)
from identity.passwords import Passwords
from identity.store.sign_in import FailureStore, SessionStore
from identity.store.staff import ClientStore, StaffStore
from identity.tokens import TokenIssuer
from shared.auth import Principal
from shared.events import now
from shared.problems import Invalid

FormText = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$"), Form()]


class CredentialsBody(Body):
    username: str = Field(max_length=200)
    password: str = Field(max_length=1000)


class SessionBody(Body):
    session: str = Field(max_length=200)


class PrincipalView(BaseModel):
    subject: str
    name: str
    grants: list[tuple[str, str]]


class SessionView(BaseModel):
    """A new session; `session` is the cookie's value and is stored nowhere."""

    session: str
    csrf: str
    expires_at: datetime
    principal: PrincipalView


class CurrentView(BaseModel):
    """A live session and a token to act with; `expires_at` is the session's, if it is not seen again."""

    token: str
    csrf: str
    expires_at: datetime
    principal: PrincipalView


class TokenView(BaseModel):
    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the scheme, not a secret
    expires_in: int = int(TOKEN_LIFETIME.total_seconds())


def sessions_router(engine: AsyncEngine, passwords: Passwords, issuer: TokenIssuer) -> APIRouter:
    router = APIRouter(prefix="/internal/sessions", tags=["sessions"], dependencies=[Depends(never_stored)])

    @router.post("", status_code=201)
    async def sign_in(body: CredentialsBody) -> SessionView:
        person, session_id, session = await _signed_in(engine, passwords, body)
        who = _view(staff_principal(person))
        return SessionView(
            session=session_id, csrf=csrf_token(session_id), expires_at=session.expires_at, principal=who
        )

    @router.post("/current")
    async def current(body: SessionBody) -> CurrentView:
        async with engine.begin() as connection:
            people, sessions = StaffStore(connection), SessionStore(connection)
            person, session = await use_session(body.session, now(), people, sessions)
        who = staff_principal(person)
        return CurrentView(
            token=await issuer.issue(who),
            csrf=csrf_token(body.session),
            expires_at=session.expires_at,
            principal=_view(who),
        )

    @router.post("/end", status_code=204)
    async def end(body: SessionBody) -> None:
        async with engine.begin() as connection:
            await SessionStore(connection).end(secret_hash(body.session))

    return router


def tokens_router(engine: AsyncEngine, issuer: TokenIssuer) -> APIRouter:
    router = APIRouter(tags=["tokens"])

    @router.post("/api/token", dependencies=[Depends(never_stored)])
    async def token(grant_type: FormText, client_id: FormText, client_secret: FormText) -> TokenView:
        """OAuth 2.0 client credentials (RFC 6749 §4.4)."""
        if grant_type != "client_credentials":
            raise Invalid("只支持 client_credentials", field="grant_type", error="unsupported_grant_type")
        async with engine.connect() as connection:
            who = await client_principal(client_id, client_secret, ClientStore(connection))
        return TokenView(access_token=await issuer.issue(who))

    @router.get("/.well-known/jwks.json")
    async def keys(response: Response) -> dict[str, Any]:
        response.headers["Cache-Control"] = "public, max-age=60"
        return dict(await issuer.public_keys())

    return router


async def _signed_in(engine: AsyncEngine, passwords: Passwords, body: CredentialsBody) -> tuple[Staff, str, Session]:
    """Three steps, so that no transaction is open while the password is worked on."""
    username = body.username.strip().casefold()
    async with engine.begin() as connection:
        await count_attempt(username, now(), FailureStore(connection))
    person = await check_credentials(await _find(engine, username), body.password, passwords)
    async with engine.begin() as connection:
        people, sessions = StaffStore(connection), SessionStore(connection)
        session_id, session = await open_session(person, now(), people, sessions, FailureStore(connection))
    return person, session_id, session


async def _find(engine: AsyncEngine, username: str) -> Staff | None:
    if not is_username(username):
        return None
    async with engine.connect() as connection:
        return await StaffStore(connection).get(username)


def _view(who: Principal) -> PrincipalView:
    return PrincipalView(subject=who.subject, name=who.name, grants=sorted(who.grants))
