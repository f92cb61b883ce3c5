"""The documents say what is: links lead somewhere, named code and commands exist."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from launcher.layout import REPOSITORY
from sunlight.main import app

READMES = ("README.md", "README.zh-CN.md")
ARCHITECTURE = REPOSITORY / "docs" / "architecture.md"
DECISIONS = sorted((REPOSITORY / "docs" / "decisions").glob("[0-9]*.md"))
HEADINGS = ["## Context", "## Decision", "## Consequences", "## What would change our mind"]
LONGEST_STORY = 10
# Written by `make bench` and by a browser on the running stack, not by hand.
PRODUCED = ("docs/benchmarks.md", "docs/images/")


def text(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


def documents() -> list[str]:
    """Every Markdown file of the repository that people read."""
    found = [*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")]
    return sorted(path.relative_to(REPOSITORY).as_posix() for path in found)


def hops() -> list[str]:
    """The numbered steps of the data-flow story, each as one line."""
    return re.findall(
        r"^\d+\. .*?(?=\n\d+\. |\n\n)", ARCHITECTURE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )


def definitions(path: Path) -> Iterator[str]:
    """The functions and classes of a Python file, methods as `Class.method`."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        if isinstance(node, ast.ClassDef):
            yield from (f"{node.name}.{part.name}" for part in node.body if hasattr(part, "name"))


@pytest.mark.parametrize("name", documents())
def test_every_link_within_the_repository_leads_somewhere(name: str) -> None:
    folder = (REPOSITORY / name).parent
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text(name)):
        path = (folder / target).resolve().relative_to(REPOSITORY.resolve())
        assert path.as_posix().startswith(PRODUCED) or (REPOSITORY / path).exists(), target


def test_the_data_flow_story_is_short_and_every_hop_names_its_code() -> None:
    story = hops()
    assert 1 < len(story) <= LONGEST_STORY
    for hop in story:
        named = re.findall(r"`([\w/-]+\.py)::([\w.]+)`", hop)
        assert len(named) == 1, hop
        file, function = named[0]
        assert function in definitions(REPOSITORY / file), f"{file} has no {function}"


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_says_why_what_at_which_cost_and_until_when(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("## ")] == HEADINGS
    assert lines[0].startswith(f"# {path.name[:4]} ")
    assert len(lines) <= 60


def test_decisions_are_numbered_without_a_gap_and_all_are_listed() -> None:
    assert [path.name[:4] for path in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]
    index = text("docs/decisions/README.md")
    assert [path.name for path in DECISIONS if path.name not in index] == []


@pytest.mark.parametrize("name", READMES)
def test_a_readme_names_the_two_commands_and_its_sister(name: str) -> None:
    page = text(name)
    assert re.search(r"^make up\b", page, re.MULTILINE)
    assert re.search(r"^make test\b", page, re.MULTILINE)
    assert all(f"({other})" in page for other in READMES if other != name)


@pytest.mark.parametrize("name", READMES)
def test_every_command_of_a_readme_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    commands = set(group.commands)
    assert set(re.findall(r"\bmake ([a-z-]+)", text(name))) <= targets
    assert set(re.findall(r"\bsunlight ([a-z][a-z-]+)", text(name))) <= commands


def test_both_readmes_explain_the_same_commands_and_variables() -> None:
    def named(name: str) -> set[str]:
        return set(re.findall(r"(?:make|sunlight) [a-z][a-z-]+|SUNLIGHT_[A-Z_]+", text(name)))

    assert named("README.md") == named("README.zh-CN.md")


def test_the_licence_is_the_one_the_packages_name() -> None:
    assert text("LICENSE").split()[:6] == ["Apache", "License", "Version", "2.0,", "January", "2004"]
    assert 'license = "Apache-2.0"' in text("pyproject.toml")
