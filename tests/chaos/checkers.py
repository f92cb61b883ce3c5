"""From a history to what it breaks: one pure function per promise of delivery."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.chaos.history import CHANGES, Op

History = Sequence[Op]
SOURCE = "publishing"


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise that was not kept, and where."""

    promise: str
    key: str
    text: str


Checker = Callable[[History], list[Violation]]


def _of(history: History, f: str) -> list[Op]:
    return [op for op in history if op.f == f and op.type == "ok"]


def durability(history: History) -> list[Violation]:
    """What was answered ok is in publishing's database at the end, whole, or superseded by what was sent later.

    Nothing is there that nobody sent: an operation of unknown outcome is wholly in or wholly out.
    """
    asked: dict[str, dict[int, Op]] = defaultdict(dict)
    answered: dict[str, int] = {}
    for op in history:
        if op.f in CHANGES and op.type == "invoke":
            asked[op.key][op.version] = op
        elif op.f in CHANGES and op.type == "ok" and op.status != "rejected":
            answered[op.key] = max(answered.get(op.key, 0), op.version)
    stored = {op.key: op for op in _of(history, "stored")}
    lost = [
        Violation("durability", key, f"sequence {version} was answered, {_held(stored.get(key))} is stored")
        for key, version in answered.items()
        if key not in stored or stored[key].version < version
    ]
    return lost + [violation for op in stored.values() for violation in _unlike_sent(op, asked[op.key])]


def _held(stored: Op | None) -> str:
    return f"sequence {stored.version}" if stored else "nothing"


def _unlike_sent(stored: Op, asked: Mapping[int, Op]) -> Iterable[Violation]:
    sent = asked.get(stored.version)
    if sent is None:
        yield Violation("durability", stored.key, f"nobody sent sequence {stored.version}, yet it is stored")
    elif (sent.f == "withdraw") != (stored.status == "withdrawn"):
        yield Violation("durability", stored.key, f"{sent.f} {stored.version} left it {stored.status}")
    elif sent.f != "withdraw" and sent.value_sha256 != stored.value_sha256:
        yield Violation("durability", stored.key, f"sequence {stored.version} is stored with another content")


def outbox(history: History) -> list[Violation]:
    """Every committed change reached the broker, nothing else did, and nothing still waits to be sent."""
    committed = {(op.key, op.version) for op in _of(history, "committed")}
    confirmed = {(op.key, op.version) for op in _of(history, "confirmed")}
    unpublished = [Violation("outbox", key, f"version {v} was never published") for key, v in committed - confirmed]
    invented = [Violation("outbox", key, f"version {v} never committed") for key, v in confirmed - committed]
    waiting = [Violation("outbox", op.subject, "still unsent after settling") for op in _of(history, "unsent")]
    return unpublished + invented + waiting


def exactly_once(history: History) -> list[Violation]:
    """Each event has one effect at each consumer, each change one event, each external id one document."""
    effects: dict[str, Counter[str]] = {op.proc: Counter() for op in _of(history, "consumes")}
    for op in _of(history, "effect"):
        effects[op.proc][op.key] += 1
    events: dict[tuple[str, int], set[str]] = defaultdict(set)
    for op in _of(history, "confirmed"):
        events[op.key, op.version].add(op.subject)
    announced = {event for ids in events.values() for event in ids}
    found = [
        Violation("exactly once", event, f"{seen[event]} effects at {consumer}")
        for consumer, seen in effects.items()
        for event in announced | seen.keys()
        if seen[event] != 1
    ]
    found += [
        Violation("exactly once", key, f"version {version} was announced by {len(ids)} events")
        for (key, version), ids in events.items()
        if len(ids) > 1
    ]
    documents = Counter(op.key for op in _of(history, "stored"))
    return found + [Violation("exactly once", key, f"{n} documents") for key, n in documents.items() if n > 1]


def tombstones(history: History) -> list[Violation]:
    """What was withdrawn is never shown again once it was seen to be gone, and not at all after settling."""
    withdrawn: dict[str, int] = {}
    shown: dict[str, int] = {}
    gone: dict[str, int] = {}
    forbidden: dict[tuple[str, int], int] = {}
    settled = False
    found: list[Violation] = []
    for op in history:
        settled |= op.f == "settled"
        if op.f == "withdraw" and op.type == "ok" and op.status == "accepted":
            withdrawn[op.subject] = max(withdrawn.get(op.subject, 0), op.public_version)
        elif op.f == "read" and op.type == "invoke":
            forbidden[op.proc, op.op_id] = max(gone.get(op.key, 0), withdrawn.get(op.key, 0) if settled else 0)
        elif op.f == "read" and op.type == "ok" and op.status == "absent":
            gone[op.key] = max(gone.get(op.key, 0), shown.get(op.key, 0), op.version)
        elif op.f == "read" and op.type == "ok":
            shown[op.key] = max(shown.get(op.key, 0), op.version)
            if op.version <= forbidden[op.proc, op.op_id]:
                found.append(Violation("tombstones", op.key, f"version {op.version} shown after its withdrawal"))
    return found


def convergence(history: History) -> list[Violation]:
    """Every service's view of every document is publishing's: version, status, and content where it holds one."""
    views: dict[str, dict[str, Op]] = {SOURCE: {}}
    for op in _of(history, "follows"):
        views.setdefault(op.proc, {})
    for op in _of(history, "state"):
        views.setdefault(op.proc, {})[op.key] = op
    source = views.pop(SOURCE)
    return [
        Violation("convergence", key, f"{who} holds {_view(view.get(key))}, {SOURCE} {_view(source.get(key))}")
        for who, view in views.items()
        for key in source.keys() | view.keys()
        if not _agree(source.get(key), view.get(key))
    ]


def _agree(held: Op | None, seen: Op | None) -> bool:
    if held is None or seen is None:
        return False
    same_content = not seen.value_sha256 or not held.value_sha256 or held.value_sha256 == seen.value_sha256
    return (held.version, held.status) == (seen.version, seen.status) and same_content


def _view(op: Op | None) -> str:
    return f"version {op.version} {op.status} {op.value_sha256[:8]}" if op else "nothing"


def nothing_parked(history: History) -> list[Violation]:
    """No message was given up; the workloads send none that deserves it."""
    return [Violation("nothing parked", op.key, op.status) for op in _of(history, "parked")]


CHECKERS: dict[str, Checker] = {
    "durability": durability,
    "outbox": outbox,
    "exactly once": exactly_once,
    "tombstones": tombstones,
    "convergence": convergence,
    "nothing parked": nothing_parked,
}


def check(history: History) -> list[Violation]:
    """Everything the history breaks."""
    return [violation for checker in CHECKERS.values() for violation in checker(history)]
