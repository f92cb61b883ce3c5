"""An operator rebuilds the index, goes back, and sees what was mended, all by the command line."""

import aiohttp

from tests.journeys.conftest import Installation
from tests.support.infrastructure import TestStack
from tests.support.waiting import until


async def test_an_operator_rebuilds_the_index_and_goes_back(installation: Installation) -> None:
    before = installation.sunlight("reindex", "--status")
    assert (before["rebuild_needed"], before["next"]) == (False, None)
    found = installation.sunlight("search", "审计")["total"]
    after = installation.sunlight("reindex")
    done = after["rebuilds"][0]
    assert (done["step"], done["purpose"], done["error"]) == ("done", "rebuild", "")
    assert done["written"] == done["expected"] == done["figures"]["verify"]["indexed"]
    assert after["live"] == done["index"] != before["live"]
    assert after["previous"] == before["live"]
    assert installation.sunlight("search", "审计")["total"] == found
    assert installation.sunlight("verify-index")["equal"]
    back = installation.sunlight("reindex", "--rollback")
    assert (back["live"], back["previous"]) == (before["live"], after["live"])
    assert installation.sunlight("search", "审计")["total"] == found
    assert installation.sunlight("reindex", "--drop-old")["previous"] is None
    assert "没有保留旧索引" in installation.sunlight("reindex", "--rollback", expect=1)


async def test_a_damaged_document_is_mended_and_shown(installation: Installation, infrastructure: TestStack) -> None:
    [item] = installation.sunlight("search", "审计", "--limit", "1")["items"]
    url = f"http://{infrastructure.stack.addresses.opensearch}/sunlight-items-write"
    before = installation.sunlight("verify-index")["repairs"]["totals"].get("content", 0)
    change = {"doc": {"title": "被改动的标题"}}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}/_update/{item['id']}", json=change) as answer,
    ):
        assert answer.status == 200

    def is_mended() -> bool:
        totals = installation.sunlight("verify-index")["repairs"]["totals"]
        return bool(totals.get("content", 0) == before + 1)

    await until(is_mended, seconds=120, every=5)  # each look compares everything
    assert installation.sunlight("search", f"标题:{item['title'][:20]}")["total"] > 0
    assert "内容不符" in installation.run("verify-index").stdout
