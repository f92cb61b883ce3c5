"""Who is signed in: identity keeps the session, the browser its id, this process a token for seconds."""

import hmac
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass

from fastapi import Request
from starlette.responses import Response

from portal.clients.identity import CurrentSession, Identity
from portal.refusals import NotPermitted, ServiceAway, SessionEnded
from portal.translations import N_
from shared.auth import Principal
from shared.roles import Role

KEPT_SECONDS = 5.0  # a person who was disabled may act for no longer than this
KEPT_SESSIONS = 5000


@dataclass(frozen=True)
class Staff:
    """A signed-in member of staff, the token to act with, and the token their forms must carry."""

    principal: Principal
    token: str
    csrf: str

    def may(self, *roles: Role) -> bool:
        return any(self.principal.may(role) for role in roles)

    @classmethod
    def of(cls, session: CurrentSession) -> "Staff":
        who = session.principal
        grants = frozenset((role, where) for role, where in who.grants)
        return cls(Principal(who.subject, who.name, grants), session.token, session.csrf)


class SignInNeeded(Exception):
    """The page is for staff and nobody is signed in."""


class Sessions:
    """Looks sessions up at identity, remembering each for at most `KEPT_SECONDS`."""

    def __init__(self, identity: Identity, secure: bool) -> None:
        self._identity = identity
        self._kept: OrderedDict[str, tuple[float, Staff]] = OrderedDict()
        self.secure = secure
        self.cookie = "__Host-sunlight" if secure else "sunlight_session"

    async def staff(self, request: Request) -> Staff | None:
        """The signed-in person, or None. Raises ServiceAway when identity cannot be asked."""
        session = request.cookies.get(self.cookie)
        if not session:
            return None
        at, kept = self._kept.get(session, (0.0, None))
        if kept is not None and time.monotonic() - at < KEPT_SECONDS:
            return kept
        return await self._look_up(session)

    async def _look_up(self, session: str) -> Staff | None:
        self._kept.pop(session, None)
        try:
            staff = Staff.of(await self._identity.current(session))
        except SessionEnded:
            return None
        self._kept[session] = (time.monotonic(), staff)
        while len(self._kept) > KEPT_SESSIONS:
            self._kept.popitem(last=False)
        return staff

    async def end(self, request: Request, response: Response) -> None:
        """Sign out here and at identity."""
        session = request.cookies.get(self.cookie)
        self.forget(response)
        if session:
            self._kept.pop(session, None)
            await self._identity.sign_out(session)

    def forget(self, response: Response) -> None:
        response.delete_cookie(self.cookie, path="/", secure=self.secure, httponly=True, samesite="lax")

    def remember(self, response: Response, session: str) -> None:
        response.set_cookie(self.cookie, session, path="/", secure=self.secure, httponly=True, samesite="lax")


async def visitor(request: Request) -> AsyncIterator[None]:
    """Dependency of public pages: note who reads, if anyone is signed in and identity answers."""
    sessions: Sessions = request.app.state.sessions
    try:
        request.state.staff = await sessions.staff(request)
    except ServiceAway:
        request.state.staff = None
    try:
        yield
    finally:
        await request.close()


async def signed_in(request: Request) -> AsyncIterator[Staff]:
    """Dependency of console pages: the person, whose changes must carry their session's form token."""
    sessions: Sessions = request.app.state.sessions
    staff = await sessions.staff(request)
    if staff is None:
        raise SignInNeeded
    request.state.staff = staff
    try:
        if request.method not in ("GET", "HEAD"):
            await require_form_token(request, staff)
        yield staff
    finally:
        await request.close()


async def require_form_token(request: Request, staff: Staff) -> None:
    """Raises NotPermitted unless the form carries this session's token."""
    given = (await request.form()).get("csrf")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), staff.csrf.encode()):
        raise NotPermitted(
            {"title": N_("表单已失效"), "detail": N_("这张表单不属于当前登录，请返回页面刷新后重新提交。")}
        )
