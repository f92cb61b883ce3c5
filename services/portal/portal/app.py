"""The portal put together: services it asks, pages it shows, and what guards them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from portal import assets, preferences, styleguide
from portal.askers import Askers
from portal.clients.services import Services
from portal.console import routers as console_routers
from portal.error_pages import install_error_pages
from portal.languages import Languages
from portal.limits import UPLOAD, FormLimits
from portal.pages import Pages
from portal.public import routers as public_routers
from portal.security import SameOrigin, SecurityHeaders
from portal.sessions import Sessions
from shared.settings import Settings
from shared.web import create_api

NOT_FOR_PEOPLE = {"/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect"}


def api(settings: Settings) -> FastAPI:
    """The portal's application; it is ready when every service it shows is."""
    services = Services.of(settings)
    secure = settings.public_url.startswith("https://")
    checks = {service.name: service.check_ready for service in services.all.values()}

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        async with services.network:
            yield

    routers = [assets.router, preferences.router, styleguide.router, *public_routers, *console_routers]
    app = create_api(settings, routers, checks, running, UPLOAD)
    app.router.routes[:] = [r for r in app.router.routes if getattr(r, "path", "") not in NOT_FOR_PEOPLE]
    app.state.services = services
    app.state.secure = secure
    app.state.public_url = settings.public_url.rstrip("/")
    app.state.sessions = Sessions(services.identity, secure)
    app.state.assets = assets.Assets()
    app.state.pages = Pages(app.state.assets)
    install_error_pages(app)
    app.add_middleware(FormLimits)
    app.add_middleware(SameOrigin, public_url=settings.public_url)
    app.add_middleware(SecurityHeaders, secure=secure)
    app.add_middleware(Askers)
    app.add_middleware(Languages, secure=secure)
    return app
