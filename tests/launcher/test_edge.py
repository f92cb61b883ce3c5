import re
import subprocess
import sys
from pathlib import Path

import pytest

from launcher import composition, edge, replicas
from launcher.errors import LaunchError
from launcher.ports import Ports
from launcher.replicas import Scale
from launcher.services import BY_NAME, SERVICES, Role


def goal(path: str) -> str:
    """The service that a path reaches, by the same rule as the edge: hidden first, then the first match."""
    if re.search(edge.HIDDEN, path):
        return "hidden"
    return next((route.service for route in edge.ROUTES if re.search(route.pattern, path)), "portal")


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/api/search", "search"),
        ("/api/suggest", "search"),
        ("/api/items/1", "search"),
        ("/health/fresh", "search"),
        ("/api/requests/1", "intake"),
        ("/api/catalogue", "catalog"),
        ("/api/columns", "catalog"),
        ("/api/obligations", "catalog"),
        ("/api/coverage", "catalog"),
        ("/api/documents/1", "publishing"),
        ("/api/departments/audit/submissions", "publishing"),
        ("/api/departments/audit/submissions/1/files", "publishing"),
        ("/api/departments/audit", "identity"),
        ("/api/departments", "identity"),
        ("/api/token", "identity"),
        ("/api/staff/1", "identity"),
        ("/.well-known/jwks.json", "identity"),
        ("/api/supervision/scores", "supervision"),
        ("/", "portal"),
        ("/health/ready", "portal"),
        ("/search", "portal"),
        ("/internal/parked", "hidden"),
        ("/metrics", "hidden"),
        ("//Metrics/", "hidden"),
    ],
)
def test_a_path_reaches_its_service(path: str, service: str) -> None:
    assert goal(path) == service


def test_every_service_but_the_portal_has_a_route() -> None:
    assert {route.service for route in edge.ROUTES} | {"portal"} == set(BY_NAME)


def test_all_replicas_share_the_load(tmp_path: Path) -> None:
    scale = Scale(tmp_path / "scale.json")
    scale.choose("search", {"api": 2, "worker": 3})
    found = replicas.upstreams(scale, Ports.from_environment({}))
    assert found["search"] == ["127.0.0.1:8060", "127.0.0.1:8061"]
    text = edge.caddyfile(found, host="127.0.0.1", port=8000, admin="off", log="stderr")
    assert "import service 127.0.0.1:8060 127.0.0.1:8061" in text


def test_the_access_log_keeps_no_address_and_no_query() -> None:
    text = composition.caddyfile()
    for kept_out in (
        "request>client_ip delete",
        "request>remote_ip delete",
        "request>headers delete",
        "[?].*",
    ):
        assert kept_out in text


def test_the_edge_of_compose_is_the_one_drawn_from_the_routes() -> None:
    assert composition.CADDYFILE.read_text(encoding="utf-8") == composition.caddyfile()


def test_caddy_accepts_the_configuration() -> None:
    caddy = Path(sys.executable).parent / "caddyserver"
    command = [str(caddy), "validate", "--adapter", "caddyfile", "--config", str(composition.CADDYFILE)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert "Valid configuration" in done.stdout + done.stderr


def test_the_chosen_scale_is_remembered(tmp_path: Path) -> None:
    Scale(tmp_path / "scale.json").choose("search", {"worker": 3})
    again = Scale(tmp_path / "scale.json")
    assert [r.name for r in again.replicas((BY_NAME["search"],))] == [
        "search-api-1",
        "search-worker-1",
        "search-worker-2",
        "search-worker-3",
    ]


@pytest.mark.parametrize(
    ("service", "counts"),
    [("nobody", {"api": 1}), ("portal", {"worker": 1}), ("search", {"api": 0}), ("search", {"worker": 10})],
)
def test_a_scale_that_cannot_be_is_refused(tmp_path: Path, service: str, counts: dict[Role, int]) -> None:
    scale = Scale(tmp_path / "scale.json")
    with pytest.raises(LaunchError):
        scale.choose(service, counts)
    assert all(scale.count(s, role) == 1 for s in SERVICES for role in s.roles)
