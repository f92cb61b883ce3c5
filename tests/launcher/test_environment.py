import base64
import stat
from pathlib import Path

import pytest

from launcher.environment import Addresses, operator_environment, service_environment, write_env_files
from launcher.errors import LaunchError
from launcher.layout import Layout, write_private
from launcher.ports import Ports
from launcher.services import BY_NAME, SERVICES
from launcher.stack import Stack
from launcher.vault import Vault

ADDRESSES = Addresses.native(Ports.from_environment({}))


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path / "state")
    made.prepare()
    return made


@pytest.fixture
def vault(layout: Layout) -> Vault:
    return Vault.open(layout.state / "secrets.json")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_each_service_sees_its_own_secrets_and_nobody_elses(vault: Vault) -> None:
    every_secret = {*vault.postgres.values(), *vault.rabbitmq.values(), vault.data_key, vault.alerts_key}
    for service in SERVICES:
        own = {vault.postgres.get(service.name), vault.rabbitmq.get(service.name)}
        own |= {vault.data_key} if service.name == "intake" else set()
        own |= {vault.alerts_key} if service.name == "search" else set()
        own |= {vault.rabbitmq["admin"]} if service.name == "identity" else set()
        text = "\n".join(service_environment(service, ADDRESSES, vault, "/state").values())
        assert [secret for secret in every_secret - own if secret in text] == []


def test_search_is_told_where_everything_is(vault: Vault) -> None:
    settings = service_environment(BY_NAME["search"], ADDRESSES, vault, "/state")
    assert settings["SUNLIGHT_DATABASE_URL"] == (
        f"postgresql+asyncpg://search:{vault.postgres['search']}@127.0.0.1:8010/search"
    )
    assert settings["SUNLIGHT_AMQP_URL"] == f"amqp://search:{vault.rabbitmq['search']}@127.0.0.1:8011/sunlight"
    assert settings["SUNLIGHT_OPENSEARCH_URL"] == "http://127.0.0.1:8015"
    assert settings["SUNLIGHT_PUBLISHING_URL"] == "http://127.0.0.1:8040"


def test_the_portal_has_neither_database_nor_broker(vault: Vault) -> None:
    settings = service_environment(BY_NAME["portal"], ADDRESSES, vault, "/state")
    assert not {"SUNLIGHT_DATABASE_URL", "SUNLIGHT_AMQP_URL"} & set(settings)


def test_only_search_knows_opensearch_and_data_keys_are_where_people_write_to_us(vault: Vault) -> None:
    holders = {
        name: [s.name for s in SERVICES if name in service_environment(s, ADDRESSES, vault, "/state")]
        for name in ("SUNLIGHT_OPENSEARCH_URL", "SUNLIGHT_DATA_KEY", "SUNLIGHT_RABBITMQ_MANAGEMENT_URL")
    }
    assert list(holders.values()) == [["search"], ["intake", "search"], ["identity"]]


def test_the_operator_finds_every_service(vault: Vault) -> None:
    settings = operator_environment(ADDRESSES, vault, "/state")
    assert {f"SUNLIGHT_{service.name.upper()}_URL" for service in SERVICES} <= set(settings)


def test_secrets_and_settings_are_files_of_their_owner_alone(layout: Layout, vault: Vault) -> None:
    write_env_files(layout, ADDRESSES, vault)
    files = [layout.state / "secrets.json", *layout.env.iterdir()]
    assert {mode(file) for file in files} == {0o600}
    assert mode(layout.state) == 0o700


def test_secrets_stay_the_same_at_every_later_start(layout: Layout, vault: Vault) -> None:
    again = Vault.open(layout.state / "secrets.json")
    assert again.__dict__ == vault.__dict__


def test_the_data_key_has_32_random_bytes(vault: Vault, tmp_path: Path) -> None:
    assert len(base64.b64decode(vault.data_key)) == 32
    assert Vault.open(tmp_path / "other.json").data_key != vault.data_key


def test_a_printed_vault_shows_no_secret(vault: Vault) -> None:
    assert vault.postgres["postgres"] not in repr(vault)


def test_a_file_that_did_not_change_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "file"
    assert write_private(path, "one")
    before = path.stat().st_mtime_ns
    assert not write_private(path, "one")
    assert path.stat().st_mtime_ns == before


def test_a_deep_state_folder_keeps_its_sockets_short(tmp_path: Path) -> None:
    layout = Layout(tmp_path / ("deep" * 40))
    assert len(str(layout.socket("supervisor.sock"))) < 100
    assert layout.socket("supervisor.sock") != Layout(tmp_path / ("other" * 40)).socket("supervisor.sock")


def test_a_state_folder_that_cannot_be_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LaunchError, match="SUNLIGHT_STATE"):
        Layout(tmp_path / "file" / "state").prepare()


def test_only_search_is_told_of_the_mail_server(vault: Vault) -> None:
    stack = Stack.from_environment(
        {"SUNLIGHT_SMTP_URL": "smtp://mail:hidden@mx.example", "SUNLIGHT_MAIL_FROM": "a@b.cn"}
    )
    settings = {s.name: service_environment(s, stack.addresses, vault, "/state") for s in SERVICES}
    assert settings["search"]["SUNLIGHT_MAIL_FROM"] == "a@b.cn"
    assert [name for name, given in settings.items() if "SUNLIGHT_SMTP_URL" in given] == ["search"]
    assert "hidden" not in repr(stack.addresses)
