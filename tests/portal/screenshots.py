"""Pictures of the portal over the invented county.

python tests/portal/screenshots.py                 the README's, into docs/images
python tests/portal/screenshots.py FOLDER [WORD [en]]   every page (whose name has WORD), four ways, into FOLDER
"""

import asyncio
import sys
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, BrowserContext, ViewportSize, async_playwright

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from portal.app import api  # noqa: E402
from portal.fakes.county import county, served  # noqa: E402
from shared.settings import Settings  # noqa: E402
from tests.portal.pages import CONSOLE_PAGES, PUBLIC_PAGES, REQUEST_CODE, REQUEST_NUMBER  # noqa: E402
from tests.support.serving import serving  # noqa: E402

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--accept-lang=zh-CN",  # an English browser would be answered in English
]
THEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
README: dict[str, tuple[str, int, Literal["light", "dark"]]] = {
    "home": ("/", 1280, "light"),
    "search": ("/search?q=预算", 1280, "light"),
    "item-dark": ("/items/d01", 1280, "dark"),
    "home-phone": ("/", 360, "light"),
    "progress": (f"/requests/progress?number={REQUEST_NUMBER}", 1280, "light"),
    "review": ("/console/documents/d01/review", 1280, "light"),
}


async def sign_in(context: BrowserContext, base: str, username: str) -> None:
    page = await context.new_page()
    await page.goto(f"{base}/sign-in")
    await page.fill("[name=username]", username)
    await page.fill("[name=password]", "sunlight")
    await page.press("[name=password]", "Enter")
    await page.wait_for_url("**/console**")
    await page.close()


@dataclass(frozen=True)
class Shot:
    """One picture: the page, how it is looked at, and where the picture goes."""

    path: str
    width: int
    theme: Literal["light", "dark"]
    to: Path
    whole: bool = True


def wanted(arguments: list[str]) -> list[Shot]:
    if not arguments:
        folder = ROOT / "docs" / "images"
        return [Shot(p, w, t, folder / f"{n}.png", whole=False) for n, (p, w, t) in README.items()]
    folder, word = Path(arguments[0]), (arguments[1:] or [""])[0]
    every = {**PUBLIC_PAGES, "progress": README["progress"][0], **CONSOLE_PAGES}
    pages = {n: p for n, p in every.items() if word in n}
    return [
        Shot(path, width, theme, folder / f"{name}-{width}-{theme}.png")
        for width in (360, 1280)
        for theme in THEMES
        for name, path in pages.items()
    ]


async def shoot(browser: Browser, base: str, shots: list[Shot], locale: str = "zh-CN") -> None:
    """Take them all, in one context for each width and theme."""
    for (width, theme), group in groupby(sorted(shots, key=_look), key=_look):
        viewport = ViewportSize(width=width, height=860)
        context = await browser.new_context(viewport=viewport, color_scheme=theme)
        await sign_in(context, base, "admin")
        public = await browser.new_context(viewport=viewport, color_scheme=theme, locale=locale)
        for shot in group:
            page = await (context if shot.path.startswith("/console") else public).new_page()
            await page.goto(base + shot.path)
            if "/requests/progress" in shot.path and "?" in shot.path:
                await page.fill("[name=code]", REQUEST_CODE)
                await page.press("[name=code]", "Enter")
                await page.wait_for_selector(".deadline")
            shot.to.parent.mkdir(parents=True, exist_ok=True)
            await page.screenshot(path=shot.to, full_page=shot.whole)
            await page.close()
        await context.close()
        await public.close()


def _look(shot: Shot) -> tuple[int, Literal["light", "dark"]]:
    return shot.width, shot.theme


async def main(arguments: list[str]) -> None:
    async with served(county(), serving) as addresses, async_playwright() as playwright:
        app = api(Settings.model_validate({"service": "portal", **addresses}))
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        async with serving(app) as base:
            await shoot(browser, base, wanted(arguments), "en-GB" if arguments[2:] == ["en"] else "zh-CN")
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
