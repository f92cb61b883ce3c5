"""The regulations corpus through the department gateway: all of it, once, and found.

Needs the corpus at SUNLIGHT_CORPUS (by default beside the repository); skipped when it is absent.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from launcher.layout import REPOSITORY
from tests.journeys.conftest import Installation
from tests.support.infrastructure import launch, stack_environment
from tests.support.waiting import until

CORPUS = Path(os.environ.get("SUNLIGHT_CORPUS", REPOSITORY.parent / "shared/corpus/regulations.jsonl.gz"))
DOCUMENTS = 3405

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not CORPUS.is_file(), reason=f"the regulations corpus is not at {CORPUS}"),
]


async def test_every_document_is_published_once_though_the_import_is_broken_off_and_workers_change(
    installation: Installation,
) -> None:
    environment = {**os.environ, "SUNLIGHT_STATE": str(installation.state)}
    command = [sys.executable, "-m", "sunlight", "import", str(CORPUS), "--json"]
    journal = installation.state / "imports"
    first = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    await until(lambda: sum(len(file.read_text().split()) for file in journal.glob("*.done")) > 300, seconds=120)
    first.kill()
    first.communicate()
    launch(stack_environment(), "scale", "search", "--workers", "3")
    result = installation.sunlight("import", CORPUS)
    launch(stack_environment(), "scale", "search", "--workers", "1")
    assert result["total"] == DOCUMENTS
    assert set(result["counts"]) <= {"already", "accepted", "duplicate"}
    assert result["counts"]["already"] >= 300
    assert sum(result["counts"].values()) == DOCUMENTS

    def all_found() -> bool:
        return bool(installation.sunlight("search", "", "--department", "regulations")["total"] >= DOCUMENTS)

    await until(all_found, seconds=400, every=3)  # each look is a process
    done = installation.run("verify-index", "--json")
    compared = json.loads(done.stdout)
    assert compared["equal"], {name: len(compared[name]) for name in ("missing", "extra", "stale", "different")}
    assert compared["published"] == compared["indexed"] >= DOCUMENTS
