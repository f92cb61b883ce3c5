"""What reaches the browser: small, cached by content, complete, in one language per place."""

import re

import aiohttp
import pytest

from portal.assets import UI, Assets
from portal.pages import PACKAGE
from portal.styleguide import components
from tests.portal.conftest import Site
from tests.portal.pages import PUBLIC_PAGES

CHINESE = re.compile(r"[\u4e00-\u9fff]")
CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


def test_style_and_script_stay_within_their_budgets() -> None:
    assets = Assets()
    assert len(assets.css.packed) <= 25 * 1024
    assert len(assets.js.packed) <= 30 * 1024
    assert len(list((UI / "elements").glob("*.js"))) <= 10


@pytest.mark.parametrize("name", ["home", "search", "item", "catalogue", "request-form"])
async def test_a_page_is_small(http: aiohttp.ClientSession, site: Site, name: str) -> None:
    async with http.get(site.url + PUBLIC_PAGES[name]) as answer:
        assert len(await answer.read()) < 60 * 1024


async def test_assets_are_kept_forever_under_the_name_of_their_content(http: aiohttp.ClientSession, site: Site) -> None:
    assets = site.app.state.assets
    for asset in (assets.css, assets.js, assets.icon):
        async with http.get(site.url + asset.url) as answer:
            assert "immutable" in answer.headers["Cache-Control"]
            assert await answer.read() == asset.content
    async with http.get(f"{site.url}/assets/sunlight.000000000000.css") as answer:
        assert answer.status == 404


async def test_readiness_is_that_of_every_service(fresh_site: Site, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{fresh_site.url}/health/ready") as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "ready", "missing": {}})
    async with http.get(f"{fresh_site.url}/health/live") as answer:
        assert answer.status == 200


async def test_attachments_are_passed_on_as_downloads(http: aiohttp.ClientSession, site: Site) -> None:
    async with http.get(f"{site.url}/items/d01/attachments/f1") as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert (await answer.read()).startswith(b"d01")
    async with http.get(f"{site.url}/items/d01/attachments/none") as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nowhere", 404),
        ("/items/none", 404),
        ("/items/zzz", 404),
        ("/items/d99", 410),
        ("/columns/none", 404),
        ("/catalogue/items/none", 404),
        ("/requests/receipt", 410),
        ("/openapi.json", 404),
    ],
)
async def test_failures_are_pages_people_can_read(
    http: aiohttp.ClientSession, site: Site, path: str, status: int
) -> None:
    async with http.get(site.url + path) as answer:
        assert answer.status == status
        assert answer.content_type == "text/html"
        page = await answer.text()
        assert "<h1" in page
        assert f'<p class="soft">{status}</p>' not in page  # the number says nothing to people


@pytest.mark.parametrize(("language", "title"), [("zh-CN", "没有找到这个页面"), ("en", "Page not found")])
async def test_an_address_whose_id_can_be_none_leads_to_the_page_for_wrong_addresses(
    http: aiohttp.ClientSession, site: Site, language: str, title: str
) -> None:
    async with http.get(f"{site.url}/items/zzz?lang={language}") as answer:
        page = await answer.text()
    assert answer.status == 404
    assert title in page
    assert "UUID" not in page


def test_every_component_has_a_style_and_examples() -> None:
    folders = {path.parent.name for path in UI.glob("*/macro.html")}
    assert folders == {component.name for component in components()}
    assert folders == {path.parent.name for path in UI.glob("*/style.css")} & folders


def test_only_the_tokens_name_colours() -> None:
    for path in [*UI.glob("*/style.css"), UI / "base.css", UI / "layout.css"]:
        assert not re.search(r"#[0-9a-f]{3,8}\b|rgb\(|hsl\(", path.read_text()), path


def test_every_text_of_a_template_can_be_translated() -> None:
    for path in [*PACKAGE.glob("templates/**/*.html"), *UI.glob("*/macro.html")]:
        assert not CHINESE.search(CODE.sub("", path.read_text())), path
