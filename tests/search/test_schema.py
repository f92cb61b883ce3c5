"""What the API says of itself, tried by schemathesis: every answer is one it announces, and none is a failure."""

import asyncio
import os
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation

from tests.search.running import Service

EXAMPLES = int(os.environ.get("SUNLIGHT_FUZZ_EXAMPLES", "60")) // 2
PUBLIC = ("/api/search", "/api/suggest", "/api/items/{document}", "/api/items/{document}/related")
TIMEOUT_SECONDS = 10


def attempt(operation: APIOperation[Any, Any, Any, Any]) -> None:
    """Ask whatever the schema allows, and some of what it does not."""

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def ask(case: schemathesis.Case[Any]) -> None:
        answer = case.call(timeout=TIMEOUT_SECONDS)
        case.validate_response(answer, checks=[not_a_server_error])
        kind = answer.headers["content-type"][0]
        assert kind.startswith("application/json" if answer.status_code == 200 else "application/problem+json")

    ask()


async def test_nothing_the_schema_allows_makes_the_api_fail(service: Service) -> None:
    schema = await asyncio.to_thread(schemathesis.openapi.from_url, f"{service.origin}/openapi.json")
    for path in PUBLIC:
        await asyncio.to_thread(attempt, schema[path]["GET"])
