"""The portal over the invented county, and a real browser before it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from portal.app import api
from portal.fakes.county import county, served
from shared.settings import Settings
from tests.portal.screenshots import CHROMIUM, FLAGS, sign_in
from tests.support.serving import serving


@dataclass(frozen=True)
class Site:
    """A served portal, its application, and the invented services behind it."""

    url: str
    app: FastAPI
    services: dict[str, FastAPI]


async def _site() -> AsyncIterator[Site]:
    services = county()
    async with served(services, serving) as addresses:
        app = api(Settings.model_validate({"service": "portal", **addresses}))
        async with serving(app) as url:
            yield Site(url, app, services)


@pytest.fixture(scope="session")
async def site() -> AsyncIterator[Site]:
    """Shared by tests that only read."""
    async for each in _site():
        yield each


@pytest.fixture
async def fresh_site() -> AsyncIterator[Site]:
    """A county of its own, for tests that change it."""
    async for each in _site():
        yield each


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """A browser-like client: keeps cookies, also those of an address without a name."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        yield session


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        await started.close()


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context()
    yield await context.new_page()
    await context.close()


@pytest.fixture
async def page_without_script(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(java_script_enabled=False)
    yield await context.new_page()
    await context.close()


async def signed_in_page(browser: Browser, site: Site, username: str, **options: Any) -> Page:
    context: BrowserContext = await browser.new_context(**options)
    await sign_in(context, site.url, username)
    return await context.new_page()
