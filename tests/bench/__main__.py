"""`python -m tests.bench [FIGURE…]`: measure the running stack, print and write the figures."""

import asyncio
import sys

from launcher.layout import REPOSITORY
from sunlight.http import public
from sunlight.importing import import_file
from tests.bench import large, ledger, publishing, rebuilding, relaying, scaling, searching
from tests.bench.figures import Figure, table, write
from tests.bench.stack import CORPUS, Running, caught_up, running

MEASURES = {
    "search": searching.measure,
    "freshness": publishing.freshness,
    "relay": relaying.measure,
    "flood": publishing.flood,
    "rebuild": rebuilding.measure,  # before what leaves thousands of withdrawn documents in the record
    "large": large.measure,
    "ledger": ledger.measure,
    "scale": scaling.measure,
}


async def main(chosen: list[str]) -> int:
    """Measure what was chosen (everything by default); 1 when a goal is missed."""
    figures: list[Figure] = []
    async with running() as stack:
        documents = await _fill(stack)
        for name in chosen or MEASURES:
            print(f"… {name}", flush=True)
            figures += await MEASURES[name](stack)
        print(table(figures))
        if not chosen:
            write(figures, documents, stack.installation.state, REPOSITORY / "docs" / "benchmarks.md")
    return 0 if all(figure.met for figure in figures) else 1


async def _fill(stack: Running) -> int:
    """Have the corpus in the index where there is one; how many documents it holds."""
    if CORPUS.is_file():
        await import_file(stack.installation, CORPUS, "regulations", "amqp")
    else:
        print(f"The corpus is not at {CORPUS}: measuring on the sample and generated texts.")
    await caught_up(stack.installation)
    async with public(stack.installation) as api:
        return int((await api.get("public", "/api/search"))["total"])


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main(sys.argv[1:])))
