"""The HTTP contracts as documents: what a client generator or a reader relies on."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from launcher.edge import ROUTES
from shared.openapi import api_documents
from shared.problems import MEDIA_TYPE

DOCUMENTS = api_documents()
METHODS = {"get", "put", "post", "delete", "patch"}
each_document = pytest.mark.parametrize("service", DOCUMENTS)


def operations(service: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENTS[service]["paths"].items():
        yield from ((method, path, operation) for method, operation in methods.items() if method in METHODS)


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from ([part["$ref"]] if isinstance(part.get("$ref"), str) else [])
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


@each_document
def test_a_document_is_openapi_3_1_and_names_its_service_but_no_address(service: str) -> None:
    document = DOCUMENTS[service]
    assert (document["openapi"], document["info"]["title"]) == ("3.1.0", f"Sunlight {service}")
    assert "servers" not in document
    assert not re.search(r"127\.0\.0\.1|localhost", str(document))


@each_document
def test_every_reference_leads_to_a_component(service: str) -> None:
    components = DOCUMENTS[service]["components"]["schemas"]
    named = {reference.removeprefix("#/components/schemas/") for reference in references(DOCUMENTS[service])}
    assert named <= components.keys()


@each_document
def test_every_operation_has_an_id_of_its_own_and_says_that_it_refuses_with_a_problem(service: str) -> None:
    found = list(operations(service))
    assert len({operation["operationId"] for _, _, operation in found}) == len(found) > 0
    refusing = [MEDIA_TYPE in operation["responses"]["default"]["content"] for _, _, operation in found]
    assert all(refusing)


@each_document
def test_every_parameter_of_a_path_is_described(service: str) -> None:
    for _, path, operation in operations(service):
        described = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
        assert described == set(re.findall(r"{(\w+)", path)), path


def test_every_service_that_the_edge_leads_to_has_a_document() -> None:
    assert {route.service for route in ROUTES} - {"portal"} == DOCUMENTS.keys()
