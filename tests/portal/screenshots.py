"""Pictures of the portal over the invented county.

python tests/portal/screenshots.py                 the README's, into docs/images
python tests/portal/screenshots.py FOLDER [WORD]   every page (whose name has WORD), four ways, into FOLDER
"""

import asyncio
import sys
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, async_playwright

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from portal.app import api  # noqa: E402
from portal.fakes.county import county, served  # noqa: E402
from shared.settings import Settings  # noqa: E402
from tests.portal.pages import CONSOLE_PAGES, PUBLIC_PAGES, REQUEST_CODE  # noqa: E402
from tests.support.serving import serving  # noqa: E402

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
README = {
    "home": ("/", 1280, "light"),
    "search": ("/search?q=预算", 1280, "light"),
    "item-dark": ("/items/d01", 1280, "dark"),
    "home-phone": ("/", 360, "light"),
    "progress": (f"/requests/progress?number=2026-audit-00007&code={REQUEST_CODE}", 1280, "light"),
    "console": ("/console/documents/d01/review", 1280, "light"),
}


async def sign_in(context: BrowserContext, base: str, username: str) -> None:
    page = await context.new_page()
    await page.goto(f"{base}/sign-in")
    await page.fill("[name=username]", username)
    await page.fill("[name=password]", "sunlight")
    await page.press("[name=password]", "Enter")
    await page.wait_for_url("**/console**")
    await page.close()


async def shoot(browser: Browser, base: str, path: str, width: int, theme: str, to: Path, whole: bool) -> None:
    context = await browser.new_context(
        viewport={"width": width, "height": 860}, color_scheme="dark" if theme == "dark" else "light"
    )
    if path.startswith("/console"):
        await sign_in(context, base, "admin")
    page = await context.new_page()
    await page.goto(base + path)
    await page.screenshot(path=to, full_page=whole)
    await context.close()


def wanted(arguments: list[str]) -> list[tuple[str, str, int, str, Path, bool]]:
    if not arguments:
        folder = ROOT / "docs" / "images"
        return [(n, p, w, t, folder / f"{n}.png", w < 600) for n, (p, w, t) in README.items()]
    folder, word = Path(arguments[0]), (arguments[1:] or [""])[0]
    pages = {n: p for n, p in {**PUBLIC_PAGES, **CONSOLE_PAGES}.items() if word in n}
    return [
        (n, p, w, t, folder / f"{n}-{w}-{t}.png", True)
        for n, p in pages.items()
        for w in (360, 1280)
        for t in ("light", "dark")
    ]


async def main(arguments: list[str]) -> None:
    async with served(county(), serving) as addresses, async_playwright() as playwright:
        app = api(Settings(service="portal", **addresses))
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        async with serving(app) as base:
            for _, path, width, theme, to, whole in wanted(arguments):
                to.parent.mkdir(parents=True, exist_ok=True)
                await shoot(browser, base, path, width, theme, to, whole)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
