"""What happened in a run, as seen from outside: one JSON line per observation, only ever appended.

`f` says what was done or seen:

| f | key | version | subject | status |
|---|---|---|---|---|
| submit, revise, withdraw | department/external id | the sender's sequence | document id | the answer |
| | | (`public_version`: the document's) | | |
| stored | department/external id | the sequence that stands | document id | published, withdrawn |
| committed | document id | its public version | | |
| confirmed | document id | its public version | event id | |
| unsent, parked | | | message id | why |
| consumes | | | | |
| effect | event id | | | |
| follows | | | | |
| state | document id | its public version | | published, withdrawn |
| read | document id | the version shown, or the tombstone's if known | | published, absent |
| settled, kill, recovered | component | | | |

`stored`, `committed`, `unsent`, `parked`, `effect` and `state` are read after the last fault. `proc` names whose
`effect` or `state` it is: a consumer that `consumes` owes each event one effect, a service that `follows` the
same view of each document as publishing.
"""

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

Outcome = Literal["invoke", "ok", "fail", "info"]
CHANGES = frozenset({"submit", "revise", "withdraw"})


@dataclass(frozen=True, slots=True)
class Op:
    """One observation. `info` means that nobody knows whether it happened; `t` is monotonic seconds."""

    run: str
    seed: int
    proc: str
    op_id: int
    type: Outcome
    f: str
    key: str
    version: int
    value_sha256: str
    t: float
    subject: str = ""
    status: str = ""
    public_version: int = 0


class History:
    """Collects observations; with a path, each is on disk before the next is made."""

    def __init__(
        self, run: str, seed: int, path: Path | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._run, self._seed, self._clock = run, seed, clock
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if path else None
        self._next = 0
        self.ops: list[Op] = []

    def invoke(self, proc: str, f: str, key: str, version: int = 0, value_sha256: str = "") -> Op:
        """An operation begins; its end is told with `end`."""
        return self._append(self._new(proc, "invoke", f, key, version=version, value_sha256=value_sha256))

    def end(self, begun: Op, how: Outcome, **told: Any) -> None:
        """The operation ended so; `told` is what the answer said: version, subject, status, public_version."""
        self._append(replace(begun, type=how, t=self._clock(), **told))

    def see(self, proc: str, f: str, key: str = "", **seen: Any) -> None:
        """Something is so, without having been asked for."""
        self._append(self._new(proc, "ok", f, key, **seen))

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _new(self, proc: str, how: Outcome, f: str, key: str, **more: Any) -> Op:
        self._next += 1
        given = {"version": 0, "value_sha256": "", **more}
        return Op(self._run, self._seed, proc, self._next, how, f, key, t=self._clock(), **given)

    def _append(self, op: Op) -> Op:
        self.ops.append(op)
        if self._file is not None:
            os.write(self._file, json.dumps(asdict(op), ensure_ascii=False).encode() + b"\n")
        return op


def read_history(lines: Iterable[str]) -> Iterator[Op]:
    """The observations in the lines of a file; a last line cut short by a crash is left out."""
    for line in lines:
        if line.endswith("\n"):
            yield Op(**json.loads(line))
