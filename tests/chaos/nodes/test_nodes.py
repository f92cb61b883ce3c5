"""`make chaos`: a node of three is killed under a flood of publications and questions."""

import os
import signal
import sys
import time

import pytest

from launcher.layout import REPOSITORY
from tests.chaos import report
from tests.search.rebuilding.standing import Standing
from tests.search.rebuilding.test_rebuild_under_flood import Flood, Reader
from tests.support.infrastructure import TestStack
from tests.support.waiting import until

ENOUGH = 240.0
BEGIN, END = "<!-- nodes: written by `make chaos` -->", "<!-- end of nodes -->"


def pid_of(infrastructure: TestStack, program: str) -> int:
    return next(each.pid for each in infrastructure.stack.supervisor.programs() if each.name == program)


async def manager(stand: Standing) -> str:
    """The program of the node that now manages the cluster."""
    [row] = await stand.client.cat.cluster_manager(params={"format": "json"})
    number = row["node"].removeprefix("Node ")
    return "opensearch" if number == "1" else f"opensearch-{number}"


async def is_green(stand: Standing) -> bool:
    health = await stand.client.cluster.health(index=stand.names.write)
    return bool(health["status"] == "green" and health["number_of_nodes"] == 3)


@pytest.mark.timeout(900)
async def test_any_node_may_be_killed_while_documents_come_and_people_ask(
    stand: Standing, infrastructure: TestStack
) -> None:
    known = await stand.publish(300, "nodes")
    await stand.fill()
    await until(lambda: is_green(stand), seconds=ENOUGH)
    flood, reader, killed = Flood(stand), Reader(stand, known), []
    with stand.process():
        async with reader.reading(), flood.flowing():
            await until(lambda: flood.sent > 30, seconds=ENOUGH)
            for _ in range(2):  # whoever manages the cluster, and then whoever manages it without that node
                program, sent, asked = await manager(stand), flood.sent, reader.asked
                os.kill(pid_of(infrastructure, program), signal.SIGKILL)
                killed.append(program)
                await until(lambda: flood.sent > sent + 60 and reader.asked > asked + 30, seconds=ENOUGH)  # noqa: B023
                await until(lambda: is_green(stand), seconds=ENOUGH)
        began = time.monotonic()
        await until(stand.are_equal, seconds=ENOUGH)
    figures = {
        "nodes killed, the managing one each time": ", ".join(killed),
        "documents, revisions and withdrawals sent meanwhile": flood.sent,
        "questions asked meanwhile / failed or incomplete": f"{reader.asked} / {len(reader.failures)}",
        "documents lost, stale or extra at the end": 0,
        "seconds until index and record were equal": f"{time.monotonic() - began:.1f}",
    }
    sys.stdout.write(f"\n{figures}\n{reader.failures[:5]}\n")
    assert reader.failures == []
    report.write_block(REPOSITORY / "docs" / "chaos.md", BEGIN, END, report.rows(figures.items()))
