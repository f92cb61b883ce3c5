"""What stands behind the first page of a service's list is within reach."""

import re

import aiohttp
import pytest

from tests.portal.conftest import Site
from tests.portal.test_security import sign_in

NEXT = re.compile(r'rel="next" href="([^"]+)"')


@pytest.mark.parametrize("which", ["", "?mine=1", "?scheduled=1"])
async def test_a_long_queue_of_documents_is_read_to_its_end(
    fresh_site: Site, http: aiohttp.ClientSession, which: str
) -> None:
    drafts = fresh_site.services["publishing"].state.drafts
    about = {"state": "scheduled", "publish_at": "2099-03-05T09:00:00+08:00"} if which else {"state": "in_review"}
    for number in range(120):
        drafts[f"z{number}"] = {**drafts["n01"], "id": f"z{number}", "title": f"第{number}份", **about}
    await sign_in(http, fresh_site, "author" if "mine" in which else "reviewer")
    address, seen = f"{fresh_site.url}/console/documents{which}", set()
    for _ in range(3):
        async with http.get(address) as answer:
            html = await answer.text()
        seen |= set(re.findall(r"/console/documents/(z\d+)", html))
        further = NEXT.search(html)
        address = f"{fresh_site.url}/console/documents{further[1].replace('&amp;', '&')}" if further else ""
    assert (len(seen), address) == (120, "")
