"""The committed contracts are those of the code, and none takes a promise back."""

import json
from difflib import unified_diff
from pathlib import Path

import pytest

from shared import contracts
from shared.events import PAYLOADS

GENERATED = contracts.contracts()
PLACES = {contracts.SCHEMAS, contracts.ASYNCAPI, contracts.OPENAPI}
LONGEST_DIFF = 60


@pytest.mark.parametrize("name", GENERATED)
def test_the_committed_file_is_what_the_code_says(name: str) -> None:
    path = contracts.REPOSITORY / name
    assert path.is_file(), "run make contracts"
    committed = path.read_text(encoding="utf-8")
    changes = [*unified_diff(committed.splitlines(), GENERATED[name].splitlines(), name, "the code", n=1, lineterm="")]
    assert committed == GENERATED[name], "\n".join(["run make contracts", *changes[:LONGEST_DIFF]])


def test_no_contract_is_left_over() -> None:
    committed = {
        path.relative_to(contracts.REPOSITORY).as_posix()
        for place in PLACES
        for path in (contracts.REPOSITORY / place).iterdir()
    }
    assert committed <= GENERATED.keys()


def test_no_schema_takes_back_what_the_committed_one_promises() -> None:
    assert list(contracts.broken_promises(GENERATED, contracts.REPOSITORY)) == []


def test_a_field_taken_from_an_event_and_an_event_taken_away_are_both_noticed(tmp_path: Path) -> None:
    name = f"{contracts.SCHEMAS}/request.decided.v1.json"
    promised = json.loads(GENERATED[name])
    promised["properties"]["fee"] = {"type": "number"}
    folder = tmp_path / contracts.SCHEMAS
    folder.mkdir(parents=True)
    (tmp_path / name).write_text(json.dumps(promised), encoding="utf-8")
    (folder / "fee.paid.v1.json").write_text("{}", encoding="utf-8")
    assert list(contracts.broken_promises(GENERATED, tmp_path)) == [
        f"{contracts.SCHEMAS}/fee.paid.v1.json: the message type is gone",
        f"{name}: fee: removed",
    ]


def test_a_narrower_schema_is_refused_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(contracts, "REPOSITORY", tmp_path)
    assert contracts.main() == 0
    schema = tmp_path / contracts.SCHEMAS / "column.changed.v1.json"
    promised = json.loads(schema.read_text(encoding="utf-8"))
    promised["properties"]["colour"] = {"type": "string"}
    schema.write_text(json.dumps(promised), encoding="utf-8")
    (tmp_path / "docs" / "events.md").unlink()
    assert contracts.main() == 1
    assert "colour: removed" in capsys.readouterr().err
    assert not (tmp_path / "docs" / "events.md").exists()


def test_the_table_of_events_names_every_event_and_every_field() -> None:
    page = GENERATED["docs/events.md"]
    for name, text in GENERATED.items():
        if name.startswith(contracts.SCHEMAS):
            missing = [field for field in json.loads(text)["properties"] if f"| `{field}` |" not in page]
            assert missing == []
    assert [event for event in PAYLOADS if f"| `{event}` |" not in page] == []
