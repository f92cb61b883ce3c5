"""Alerts, dashboard and runbooks speak of things that exist."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_group

from launcher.ports import Ports
from launcher.services import SERVICES
from sunlight.main import app

REPOSITORY = Path(__file__).parents[2]
OBSERVABILITY = REPOSITORY / "deploy" / "observability"
RUNBOOKS = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
PROMETHEUS_LABELS = {"job", "instance", "le"}
SAMPLES = {
    "Counter": ["_total"],
    "Gauge": [""],
    "Histogram": ["_bucket", "_count", "_sum"],
}


@dataclass(frozen=True)
class Metric:
    constant: str
    labels: frozenset[str]


def sources() -> dict[Path, str]:
    folders = ("shared/shared", "services")
    files = (path for folder in folders for path in (REPOSITORY / folder).rglob("*.py"))
    return {path: path.read_text(encoding="utf-8") for path in files}


def metrics(code: dict[Path, str]) -> dict[str, Metric]:
    """Every sample a metric in the code gives Prometheus, by name."""
    found = {}
    for text in code.values():
        for node in ast.walk(ast.parse(text)):
            match node:
                case ast.Assign(
                    targets=[ast.Name(constant)],
                    value=ast.Call(ast.Name(kind), [ast.Constant(str(name)), _, *rest]),
                ) if kind in SAMPLES:
                    labels = ast.literal_eval(rest[0]) if rest else []
                    for suffix in SAMPLES[kind]:
                        found[f"{name}{suffix}"] = Metric(constant, frozenset(labels))
    return found


def rules() -> list[dict[str, Any]]:
    content = yaml.safe_load((OBSERVABILITY / "alerts.yml").read_text(encoding="utf-8"))
    return [rule for group in content["groups"] for rule in group["rules"]]


def panel_expressions() -> Iterator[str]:
    dashboard = json.loads((OBSERVABILITY / "dashboard.json").read_text(encoding="utf-8"))
    for panel in dashboard["panels"]:
        yield from (target["expr"] for target in panel["targets"])


CODE = sources()
METRICS = metrics(CODE)
EXPRESSIONS = [*(rule["expr"] for rule in rules()), *panel_expressions()]


def names_in(expression: str) -> set[str]:
    return set(re.findall(r"\bsunlight_\w+", expression))


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_metric_and_label_named_exists_in_the_code(expression: str) -> None:
    named = names_in(expression)
    assert named <= METRICS.keys()
    assert named or re.search(r"\bup\b", expression)
    known = PROMETHEUS_LABELS.union(*(METRICS[name].labels for name in named))
    grouped = ",".join(re.findall(r"\b(?:by|on) \(([^)]*)\)", expression)).replace(" ", "").split(",")
    matched = re.findall(r"(\w+)(?:=~|=|!=)\"", expression)
    assert {label for label in [*grouped, *matched] if label} <= known


@pytest.mark.parametrize("name", sorted({name for expression in EXPRESSIONS for name in names_in(expression)}))
def test_every_metric_named_is_set_somewhere(name: str) -> None:
    constant = METRICS[name].constant
    change = re.compile(rf"\b{constant}(\.labels\(.*\))?\.(set|inc|observe|time)\(")
    assert any(change.search(text) for text in CODE.values())


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_every_alert_names_a_runbook_that_is_written(rule: dict[str, Any]) -> None:
    page, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert page == "docs/operations.md"
    assert anchor in anchors()
    assert rule["annotations"]["summary"]


def anchors() -> set[str]:
    headings = re.findall(r"^## (.+)$", RUNBOOKS, re.MULTILINE)
    return {heading.lower().replace(" ", "-") for heading in headings}


def test_every_link_between_runbooks_leads_somewhere() -> None:
    links = set(re.findall(r"\]\(#([^)]+)\)", RUNBOOKS))
    assert links
    assert links <= anchors()


def test_every_command_in_a_runbook_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"`(?:\w+=\S+ )?make ([a-z-]+)", RUNBOOKS)) <= targets
    commands = get_group(app).commands
    named = set(re.findall(r"`sunlight ([a-z-]+)(?: ([a-z]+))?", RUNBOOKS))
    assert {first for first, _ in named} <= commands.keys()
    settled = {second for first, second in named if first == "parked" and second}
    assert settled == {"list", "show", "replay", "discard"}


def test_prometheus_is_told_the_port_of_every_program() -> None:
    content = yaml.safe_load((OBSERVABILITY / "prometheus.yml").read_text(encoding="utf-8"))
    (job,) = content["scrape_configs"]
    ports = Ports.from_environment({})
    programs = [f"127.0.0.1:{ports[f'{service.name}_{role}']}" for service in SERVICES for role in service.roles]
    assert job["static_configs"][0]["targets"] == programs
