"""What stands behind the first page of a service's list is within reach."""

import re

import aiohttp
import pytest
from fastapi.responses import JSONResponse
from starlette.routing import Route
from structlog.testing import capture_logs

from portal.clients.transport import MOST_PAGES
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


async def test_every_department_can_be_chosen_and_every_person_administered(
    fresh_site: Site, http: aiohttp.ClientSession
) -> None:
    identity, admin = fresh_site.app.state.services.identity, "token-admin"
    person = {"name": "甲", "grants": [], "password": "long-enough-password"}
    for number in range(120):
        await identity.put_department(f"z{number}", f"第{number}局", True, admin, None)
        await identity.put_staff(f"z{number}", person, admin, None)
    async with http.get(f"{fresh_site.url}/requests/new") as answer:
        assert len(set(re.findall(r'value="(z\d+)"', await answer.text()))) == 120
    await sign_in(http, fresh_site, "admin")
    async with http.get(f"{fresh_site.url}/console/directory") as answer:
        assert len(set(re.findall(r"/directory/staff/(z\d+)", await answer.text()))) == 120
    async with http.get(f"{fresh_site.url}/console/directory/staff/z119") as answer:
        assert answer.status == 200


async def test_a_list_without_an_end_is_read_to_a_limit(fresh_site: Site) -> None:
    async def endless(_: object) -> JSONResponse:
        return JSONResponse({"items": [{"code": "z", "name": "局"}], "next_cursor": "again"})

    fresh_site.services["identity"].router.routes.insert(0, Route("/api/departments", endless))
    with capture_logs() as logged:
        assert len(await fresh_site.app.state.services.identity.departments()) == MOST_PAGES
    assert "client.list_cut" in {entry["event"] for entry in logged}


async def test_obligations_behind_the_first_hundred_are_a_page_away(
    fresh_site: Site, http: aiohttp.ClientSession
) -> None:
    for number in range(120):
        body = {"id": f"z{number}", "title": f"第{number}项", "state": "open", "responsible": ["审计局"]}
        fresh_site.services["catalog"].state.obligations[f"z{number}"] = body
    await sign_in(http, fresh_site, "editor")
    address = f"{fresh_site.url}/console/obligations"
    async with http.get(address) as answer:
        further = NEXT.search(await answer.text())
    assert further is not None
    async with http.get(address + further[1].replace("&amp;", "&")) as answer:
        assert "/console/obligations/z119" in await answer.text()
