"""A short answer goes straight to its endpoint, and is otherwise answered like every other."""

from collections.abc import AsyncIterator
from inspect import isfunction
from typing import Any, Literal

import aiohttp
import pytest
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from shared.problems import Invalid
from shared.settings import Settings
from shared.web import DirectRoute, create_api
from tests.support.serving import serving


class Typed(BaseModel):
    name: str = Field(min_length=1)
    size: int
    kind: Literal["news", "notice"] = "news"


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    router = APIRouter(prefix="/api", route_class=DirectRoute)

    @router.get("/short")
    async def short(request: Request) -> Response:
        """A short answer."""
        if "refused" in request.query_params:
            raise Invalid("填写有误", field="refused")
        way = "framework" if isfunction(request.scope["endpoint"]) else "direct"
        return Response(request.query_params.get("q", ""), headers={"x-way": way})

    @router.post("/long")
    async def long(body: dict[str, Any]) -> int:
        """Takes what the framework reads."""
        return len(body)

    @router.post("/typed")
    async def typed(body: Typed) -> str:
        """Takes fields of certain kinds."""
        return body.name

    app = create_api(Settings(service="test"), [router], {}, max_body=1000)
    async with serving(app) as origin, aiohttp.ClientSession(origin) as session:
        yield session


async def test_it_answers_with_its_trace(client: aiohttp.ClientSession) -> None:
    async with client.get("/api/short?q=年报") as answer:
        assert (answer.status, await answer.text()) == (200, "年报")
        assert answer.headers["traceparent"]


async def test_it_passes_the_framework_by(client: aiohttp.ClientSession) -> None:
    async with client.get("/api/short") as answer:
        assert answer.headers["x-way"] == "direct"


async def test_it_is_measured_under_its_path(client: aiohttp.ClientSession) -> None:
    await client.get("/api/short?q=measured")
    async with client.get("/metrics") as answer:
        assert 'sunlight_http_seconds_count{route="/api/short",service="test",status="200"}' in await answer.text()


async def test_it_refuses_as_a_problem(client: aiohttp.ClientSession) -> None:
    async with client.get("/api/short?refused=1") as answer:
        assert (answer.status, (await answer.json(content_type=None))["field"]) == (422, "refused")
        assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("method", ["POST", "HEAD"])
async def test_another_method_is_not_allowed(client: aiohttp.ClientSession, method: str) -> None:
    async with client.request(method, "/api/short") as answer:
        assert answer.status == 405


async def test_it_is_documented(client: aiohttp.ClientSession) -> None:
    async with client.get("/openapi.json") as answer:
        paths = (await answer.json())["paths"]
    assert paths["/api/short"]["get"]["description"] == "A short answer."


async def test_a_body_that_grows_too_large_while_it_is_read_is_refused_as_such(client: aiohttp.ClientSession) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b'{"a": "'
        for _ in range(20):
            yield b"b" * 100
        yield b'"}'

    headers = {"content-type": "application/json"}
    async with client.post("/api/long", data=pieces(), headers=headers) as answer:
        assert (answer.status, (await answer.json(content_type=None))["type"]) == (413, "/problems/too-large")
    async with client.post("/api/long", json={"a": "b" * 100}) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({"name": "", "size": 3}, "name", "必须填写"),
        ({"name": "年报", "size": "三"}, "size", "应为整数"),
        ({"name": "年报", "size": 9, "kind": "poem"}, "kind", "只能是：news或notice"),
        ({"size": 3}, "name", "必须填写"),
    ],
)
async def test_what_is_wrong_with_a_field_is_said_in_chinese(
    client: aiohttp.ClientSession, body: dict[str, Any], field: str, message: str
) -> None:
    async with client.post("/api/typed", json=body) as answer:
        told = await answer.json(content_type=None)
        assert (answer.status, told["field"], told["detail"]) == (422, field, f"{field}：{message}")
