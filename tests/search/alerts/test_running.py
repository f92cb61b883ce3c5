"""Alerts over HTTP and the real broker: the service's own API and worker, from the form to the mail."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from search.app import api, worker
from search.index import Names
from shared.envelope import encode
from shared.events import Event
from shared.outbox import EVENTS_EXCHANGE
from shared.publisher import Publisher
from shared.roles import Role
from shared.settings import Settings
from tests.search.alerts.stage import KEY, read_mail, token_in
from tests.support.events import document_event
from tests.support.infrastructure import Vhost
from tests.support.issuing import Issuer, issuing
from tests.support.serving import serving
from tests.support.waiting import until

READER = "reader@example.cn"


@dataclass(frozen=True)
class Running:
    """The API behind a socket, and the settings its worker would have."""

    url: str
    settings: Settings
    issuer: Issuer
    http: aiohttp.ClientSession
    vhost: Vhost

    async def ask(self, method: str, path: str, **how: Any) -> tuple[int, Any]:
        async with self.http.request(method, self.url + path, allow_redirects=False, **how) as answer:
            body = await answer.json() if "json" in answer.headers.get("Content-Type", "") else await answer.text()
            return answer.status, body

    async def announce(self, event: Event) -> None:
        publisher = Publisher(self.vhost.amqp_url("publishing"))
        headers, body = encode(event, "publishing")
        await publisher.publish(EVENTS_EXCHANGE, event.type, headers, body, str(event.id))
        await publisher.close()

    def mails(self) -> list[Any]:
        return [read_mail(file.read_bytes()) for file in sorted((self.settings.state / "mail").glob("*.eml"))]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(
    database_url: str, opensearch_url: str, names: Names, vhost: Vhost, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Running]:
    state: Path = tmp_path_factory.mktemp("state")
    async with issuing() as issuer, aiohttp.ClientSession() as http:
        settings = Settings(
            service="search",
            state=state,
            database_url=database_url,
            amqp_url=vhost.amqp_url("search"),
            opensearch_url=opensearch_url,
            index_prefix=names.prefix,
            identity_url=issuer.url,
            public_url="https://xxgk.example",
            data_key=KEY,
        )
        async with serving(api(settings)) as url:
            yield Running(url, settings, issuer, http, vhost)


async def test_from_the_form_to_the_mail_and_to_the_stop(running: Running) -> None:
    wanted = {
        "email": READER,
        "params": [["q", "走马楼"], ["kind", "notice"], ["kind", ""], ["page", "2"], ["sort", "newest"]],
    }
    with capture_logs() as logged:
        async with worker(running.settings).running():
            assert await running.ask("POST", "/api/alerts", json=wanted) == (202, {"status": "accepted"})
            await until(lambda: len(running.mails()) == 1)
            token = token_in(running.mails()[0], "/alerts/confirm")
            status, shown = await running.ask("GET", "/api/alerts/confirm", params={"token": token})
            assert (status, shown["state"]) == (200, "pending")
            assert shown["description"] == "“走马楼”，体裁：通知公告"
            assert READER not in str(shown)
            assert (await running.ask("POST", "/api/alerts/confirm", json={"token": token}))[0] == 200
            event = document_event(title="走马楼公告")
            await running.announce(event)
            await running.announce(document_event(title="走马楼新闻", kind="news"))
            await until(lambda: len(running.mails()) == 2, 60)
        news = running.mails()[1]
        assert f"https://xxgk.example/items/{event.subject}" in news.get_content()
        one_click = str(news["List-Unsubscribe"]).strip("<>").removeprefix("https://xxgk.example")
        status, _ = await running.ask("GET", one_click)
        assert status == 303
        status, body = await running.ask("GET", one_click.replace("/stop", "/subscription"))
        assert (status, body["stopped"]) == (200, False)
        for _ in range(2):
            form = {"List-Unsubscribe": "One-Click"}
            assert await running.ask("POST", one_click, data=form) == (200, {"stopped": True})
        assert await running.ask("GET", one_click.replace("/stop", "/subscription")) == (200, {"stopped": True})
    assert READER not in str(logged)
    assert token not in str(logged)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"email": "nobody", "params": [["q", "审计"]]}, "email"),
        ({"email": "", "params": []}, "email"),
        ({"email": READER, "params": [["q", "。，"]]}, "q"),
        ({"email": READER, "params": [["q", "审" * 201]]}, "q"),
        ({"email": READER, "params": [["year", "abcd"]]}, "year"),
        ({"email": READER, "params": [["year", "0001"]]}, "year"),
        ({"email": READER, "params": [["kind", str(n)] for n in range(30)]}, "kind"),
        ({"email": READER, "params": [["colour", "red"]]}, "colour"),
        ({"email": READER, "frequency": "hourly", "params": []}, "frequency"),
        ({"params": []}, "email"),
        ({"email": "a" * 2000}, "email"),
    ],
)
async def test_bad_input_names_its_field(running: Running, wanted: dict[str, Any], field: str) -> None:
    status, problem = await running.ask("POST", "/api/alerts", json=wanted)
    assert (status, problem["field"]) == (422, field)
    assert READER not in str(problem)


@pytest.mark.parametrize("token", ["", "x", "AAAA" * 16])
async def test_a_link_we_did_not_make_is_a_clear_404(running: Running, token: str) -> None:
    for method, path in (("GET", "confirm"), ("GET", "subscription"), ("POST", "stop")):
        status, problem = await running.ask(method, f"/api/alerts/{path}", params={"token": token})
        assert status == 404
        assert "链接无效" in problem["title"]


async def test_staff_see_counts_and_nobody_else_does(running: Running) -> None:
    assert (await running.ask("GET", "/internal/alerts"))[0] == 401
    author = running.issuer.headers("author", [Role.AUTHOR])
    assert (await running.ask("GET", "/internal/alerts", headers=author))[0] == 403
    status, counts = await running.ask("GET", "/internal/alerts", headers=running.issuer.headers("o", [Role.OPERATOR]))
    assert status == 200
    endings = {"stopped", "unconfirmed", "refused"}
    letters = {"letters_waiting", "letters_sent", "letters_failed"}
    assert set(counts) == {"offered", "active", "pending"} | endings | letters
    assert counts.pop("offered") is True
    assert all(isinstance(count, int) for count in counts.values())


async def test_without_a_key_search_runs_and_alerts_say_they_are_not_offered(running: Running) -> None:
    settings = running.settings.model_copy(update={"data_key": ""})
    async with serving(api(settings)) as url:
        async with running.http.post(f"{url}/api/alerts", json={"email": READER}) as answer:
            assert answer.status == 503
        async with running.http.get(f"{url}/health/live") as answer:
            assert answer.status == 200
