"""`make chaos`: the whole stack under load while its parts are killed and frozen; nothing lost, doubled or stale."""

import os
import secrets
import sys
from pathlib import Path

import pytest

from launcher.layout import REPOSITORY
from tests.chaos import report
from tests.chaos.installation import COMPONENTS, ENVIRONMENT, running_stack
from tests.chaos.live import LiveRun

SEED = int(os.environ.get("SUNLIGHT_CHAOS_SEED") or secrets.randbelow(1_000_000))


@pytest.mark.timeout(1200)
async def test_nothing_is_lost_doubled_or_stale_when_components_are_killed_and_frozen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SUNLIGHT_ENV_FILE", raising=False)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with running_stack() as target:
        folder = Path(ENVIRONMENT["SUNLIGHT_STATE"]) / "chaos"
        folder.mkdir(mode=0o700, exist_ok=True)
        figures = await LiveRun(target, SEED, folder).run()
    sys.stdout.write(f"\n{report.table(figures)}\n\nSeed {SEED}; the history is in {folder}.\n")
    assert figures.violations == []
    assert set(figures.recoveries) == {component for component, _ in figures.awakenings} == set(COMPONENTS)
    assert figures.answered > figures.operations * 0.9
    report.write(REPOSITORY / "docs" / "chaos.md", figures)
