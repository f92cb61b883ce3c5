"""Every checker passes a good history and catches the bug planted in a bad one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chaos.checkers import CHECKERS, check
from tests.chaos.history import History, Op, read_history

A, B, DOCUMENT = "audit/a", "audit/b", "document-a"
Bug = Callable[[History], None]


def good() -> History:
    """One document submitted, revised and withdrawn, another submitted with its answer lost; all settled."""
    history = History("test", 1)
    for f, sequence, value, version in (("submit", 1, "v1", 1), ("revise", 2, "v2", 2), ("withdraw", 3, "", 3)):
        begun = history.invoke("client", f, A, sequence, value)
        history.end(begun, "ok", subject=DOCUMENT, status="accepted", public_version=version)
        history.see("publishing", "committed", DOCUMENT, version=version)
        history.see("broker", "confirmed", DOCUMENT, version=version, subject=f"event-{version}")
        read(history, "absent" if version == 3 else "published", version)
    history.end(history.invoke("client", "submit", B, 1, "b1"), "info")
    history.see("publishing", "committed", "document-b", version=1)
    history.see("broker", "confirmed", "document-b", version=1, subject="event-b")
    history.see("nemesis", "settled")
    read(history, "absent", 0)
    history.see("publishing", "stored", A, version=3, subject=DOCUMENT, status="withdrawn")
    history.see("publishing", "stored", B, version=1, value_sha256="b1", subject="document-b", status="published")
    for consumer in ("supervision.document", "search"):
        history.see(consumer, "consumes")
        history.see(consumer, "follows")
    for event in ("event-1", "event-2", "event-3", "event-b"):
        history.see("supervision.document", "effect", event)
        history.see("search", "effect", event)
    for service in ("publishing", "search", "supervision.document"):
        history.see(service, "state", DOCUMENT, version=3, value_sha256="buried", status="withdrawn")
        history.see(service, "state", "document-b", version=1, value_sha256="hash-b", status="published")
    return history


def read(history: History, status: str, version: int) -> None:
    begun = history.invoke("reader", "read", DOCUMENT)
    history.end(begun, "ok", version=version, status=status)


def without(matches: Callable[[Op], bool]) -> Bug:
    """The bug of losing what matches."""

    def plant(history: History) -> None:
        kept = [op for op in history.ops if not matches(op)]
        assert len(kept) < len(history.ops)
        history.ops[:] = kept

    return plant


def also(proc: str, f: str, key: str = "", **seen: object) -> Bug:
    """The bug of something more being there."""
    return lambda history: history.see(proc, f, key, **seen)


def stale_index(history: History) -> None:
    without(lambda op: op.f == "state" and op.proc == "search" and op.key == DOCUMENT)(history)
    history.see("search", "state", DOCUMENT, version=2, value_sha256="v2", status="published")


def overwritten_by_an_older_submission(history: History) -> None:
    without(lambda op: op.f == "stored" and op.key == A)(history)
    history.see("publishing", "stored", A, version=2, value_sha256="v2", subject=DOCUMENT, status="published")


def torn_content(history: History) -> None:
    without(lambda op: op.f == "stored" and op.key == B)(history)
    history.see("publishing", "stored", B, version=1, value_sha256="half", subject="document-b", status="published")


BUGS: list[tuple[str, str, Bug]] = [
    ("an answered submission is lost", "durability", without(lambda op: op.f == "stored" and op.key == A)),
    ("an older submission won", "durability", overwritten_by_an_older_submission),
    ("half of a submission is stored", "durability", torn_content),
    ("a document nobody sent", "durability", also("publishing", "stored", "audit/c", version=1, subject="c")),
    ("a change is not published", "outbox", without(lambda op: op.f == "confirmed" and op.version == 2)),
    ("a rolled back change is published", "outbox", also("broker", "confirmed", "ghost", version=1, subject="x")),
    ("a row stays unsent", "outbox", also("publishing", "unsent", subject="row-9")),
    ("an event took effect twice", "exactly once", also("supervision.document", "effect", "event-2")),
    ("an event took no effect", "exactly once", without(lambda op: op.f == "effect" and op.key == "event-b")),
    ("a change has two events", "exactly once", also("broker", "confirmed", DOCUMENT, version=2, subject="event-2b")),
    ("a document is doubled", "exactly once", also("publishing", "stored", B, version=1, value_sha256="b1")),
    ("a withdrawn document is found", "tombstones", lambda history: read(history, "published", 2)),
    ("the index is stale", "convergence", stale_index),
    ("a ghost in the index", "convergence", also("search", "state", "ghost", version=1, status="published")),
    ("a view was never filled", "convergence", also("catalog", "follows")),
    ("a consumer was never reached", "exactly once", also("catalog", "consumes")),
    ("a message is parked", "nothing parked", also("search", "parked", "search.document", status="refused")),
]


def test_a_good_history_breaks_nothing() -> None:
    assert check(good().ops) == []


@pytest.mark.parametrize(("promise", "plant"), [bug[1:] for bug in BUGS], ids=[bug[0] for bug in BUGS])
def test_a_planted_bug_is_caught_by_the_checker_of_its_promise(promise: str, plant: Bug) -> None:
    history = good()
    plant(history)
    assert CHECKERS[promise](history.ops)


def test_every_checker_has_a_bug_it_catches() -> None:
    assert {promise for _, promise, _ in BUGS} == set(CHECKERS)


def test_a_withdrawn_document_seen_gone_and_shown_again_is_caught_before_settling() -> None:
    history = History("test", 1)
    read(history, "absent", 0)
    begun = history.invoke("client", "withdraw", A, 2)
    history.end(begun, "ok", subject=DOCUMENT, status="accepted", public_version=2)
    read(history, "published", 1)
    assert CHECKERS["tombstones"](history.ops) == []
    read(history, "absent", 0)
    read(history, "published", 1)
    assert [violation.key for violation in CHECKERS["tombstones"](history.ops)] == [DOCUMENT]


def test_a_document_sent_anew_after_its_withdrawal_may_be_shown() -> None:
    history = good()
    read(history, "published", 4)
    assert CHECKERS["tombstones"](history.ops) == []


def test_a_read_that_began_before_the_withdrawal_was_visible_accuses_nobody() -> None:
    history = History("test", 1)
    read(history, "published", 1)
    slow = history.invoke("slow reader", "read", DOCUMENT)
    begun = history.invoke("client", "withdraw", A, 2)
    history.end(begun, "ok", subject=DOCUMENT, status="accepted", public_version=2)
    read(history, "absent", 0)
    history.end(slow, "ok", version=1, status="published")
    assert CHECKERS["tombstones"](history.ops) == []


def test_an_answer_that_never_came_may_have_taken_effect_or_not() -> None:
    history = good()
    without(lambda op: op.key in (B, "document-b", "event-b") or op.subject == "event-b")(history)
    assert check(history.ops) == []


def test_a_history_is_read_back_from_its_file_but_for_a_torn_last_line(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    history = History("test", 7, path)
    history.end(history.invoke("client", "submit", A, 1, "v1"), "ok", subject=DOCUMENT)
    history.close()
    with path.open("a") as file:
        file.write('{"run": "te')
    with path.open() as lines:
        assert list(read_history(lines)) == history.ops
