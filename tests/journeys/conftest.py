"""The whole stack for journeys: every service as its own processes, the sample loaded, a real browser."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.support.infrastructure import TestStack, launch, stack_environment

BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@dataclass(frozen=True)
class Installation:
    """A running installation of the test: its origin, its state folder, and its command line."""

    origin: str
    state: Path

    def sunlight(self, *arguments: str | Path, expect: int = 0) -> Any:
        """Run a command with --json and return what it printed; its exit code must be as expected."""
        done = self.run(*arguments, "--json")
        assert done.returncode == expect, done.stdout + done.stderr
        return json.loads(done.stdout) if expect == 0 else done.stderr

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command as a person would."""
        environment = {**os.environ, "SUNLIGHT_STATE": str(self.state), "COLUMNS": "200"}
        command = [sys.executable, "-m", "sunlight", *map(str, arguments)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=500)

    def sign_in(self, username: str) -> tuple[str, str]:
        """User name and password of a sample person."""
        people = json.loads((self.state / "credentials.json").read_text())["staff"]
        return username, next(person["password"] for person in people if person["username"] == username)


@pytest.fixture(scope="session")
def installation(infrastructure: TestStack) -> Installation:
    """Every service beside the trio, with the sample; stopped with the trio."""
    environment = stack_environment()
    launch(environment, "up")
    return Installation(f"http://127.0.0.1:{environment['SUNLIGHT_PORT']}", Path(environment["SUNLIGHT_STATE"]))


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        made = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=BROWSER_ARGUMENTS)
        yield made
        await made.close()


@pytest.fixture
async def page(browser: Browser, installation: Installation) -> AsyncIterator[Page]:
    """A fresh visitor at the public origin."""
    context = await browser.new_context(base_url=installation.origin, locale="zh-CN")
    yield await context.new_page()
    await context.close()
