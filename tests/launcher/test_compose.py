"""docker-compose.yml describes the same stack as the native launcher."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from launcher import composition
from launcher.layout import REPOSITORY
from launcher.services import SERVICES
from launcher.vault import Vault

COMPOSE: dict[str, Any] = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8"))
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]


def test_every_role_of_every_service_has_a_container() -> None:
    roles = {f"{service.name}-{role}" for service in SERVICES for role in service.roles}
    assert set(CONTAINERS) == roles | {"edge", "postgres", "rabbitmq", "opensearch", "setup"}


def test_the_setup_image_installs_every_member_of_the_workspace() -> None:
    def folders(patterns: list[str]) -> set[Path]:
        return {
            found for pattern in patterns for found in REPOSITORY.glob(pattern) if (found / "pyproject.toml").exists()
        }

    workspace = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["uv"]["workspace"]
    dockerfile = (REPOSITORY / "deploy" / "docker" / "Dockerfile").read_text(encoding="utf-8")
    (installed,) = re.findall(r'setup\) members="([^"]+)"', dockerfile)
    assert folders(installed.split()) == folders(workspace["members"])


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_container_has_an_origin_a_health_check_and_limits(name: str) -> None:
    container = CONTAINERS[name]
    assert "image" in container or "build" in container
    assert container["healthcheck"]
    assert set(container["deploy"]["resources"]["limits"]) == {"cpus", "memory"}


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_container_waits_only_for_containers_and_uses_only_volumes_that_exist(name: str) -> None:
    container = CONTAINERS[name]
    assert set(container.get("depends_on", {})) <= set(CONTAINERS)
    named = {v.split(":")[0] for v in container.get("volumes", []) if v[0] not in "./$"}
    assert named <= set(COMPOSE["volumes"])


def test_no_secret_and_no_setting_of_a_service_is_in_the_file_itself() -> None:
    for service in SERVICES:
        for role in service.roles:
            container = CONTAINERS[f"{service.name}-{role}"]
            assert "environment" not in container
            assert container["env_file"] == [f"${{SUNLIGHT_STATE:-.sunlight}}/compose/{service.name}.env"]
            assert container["command"] == [service.name, role]


def test_containers_get_the_settings_that_the_native_launcher_writes(tmp_path: Path) -> None:
    settings = composition.settings("http://127.0.0.1:8000", Vault.open(tmp_path / "secrets.json"))
    files = {Path(f).stem for container in CONTAINERS.values() for f in container.get("env_file", [])}
    assert files == set(settings)
    assert settings["search"]["SUNLIGHT_OPENSEARCH_URL"] == "http://opensearch:9200"
    assert settings["identity"]["SUNLIGHT_PORTAL_URL"] == "http://portal-api:8000"


def test_only_the_edge_is_reachable_from_outside() -> None:
    assert [name for name, container in CONTAINERS.items() if "ports" in container] == ["edge"]
    assert CONTAINERS["edge"]["ports"] == ["${SUNLIGHT_HOST:-127.0.0.1}:${SUNLIGHT_PORT:-8000}:8000"]
