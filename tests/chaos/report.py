"""The figures of a run as a table, and as the block of docs/chaos.md that a run rewrites."""

from collections import Counter
from pathlib import Path

from tests.chaos.checkers import CHECKERS
from tests.chaos.live import Figures

BEGIN, END = "<!-- figures: written by `make chaos` -->", "<!-- end of figures -->"


def bound(trials: int) -> str:
    """What no failure in so many trials says, at 95 %: the rule of three."""
    return f"< {3 / trials:.2g}" if trials else "none"


def table(figures: Figures) -> str:
    """Everything measured, in Markdown that also reads well on a terminal."""
    broken = Counter(violation.promise for violation in figures.violations)
    rows = [
        ("SIGKILLs", f"{figures.kills}"),
        ("submissions, revisions and withdrawals sent", f"{figures.operations}"),
        ("… answered / outcome unknown", f"{figures.answered} / {figures.unknown}"),
        ("documents stored / events published", f"{figures.documents} / {figures.events}"),
        ("reads of the public API", f"{figures.reads}"),
        ("runs of `sunlight import` for its files", f"{figures.import_runs}"),
        ("seconds from the last answer until everything agreed", f"{figures.settle_seconds:.1f}"),
        *((f"violations: {promise}", f"{broken[promise]}") for promise in CHECKERS),
        ("violations per operation, with 95 % confidence", _chance(figures, figures.operations)),
        ("violations per SIGKILL, with 95 % confidence", _chance(figures, figures.kills)),
    ]
    lines = ["| figure | value |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows), ""]
    lines += ["| killed | times | seconds until it answered again |", "|---|---|---|"]
    for component, seconds in sorted(figures.recoveries.items()):
        lines.append(f"| {component} | {len(seconds)} | {', '.join(f'{each:.1f}' for each in seconds)} |")
    return "\n".join(lines)


def _chance(figures: Figures, trials: int) -> str:
    return f"{len(figures.violations)} of {trials}" + ("" if figures.violations else f", so {bound(trials)}")


def write(path: Path, figures: Figures) -> None:
    """Put the figures, and the command that makes them again, into the document's block."""
    text = path.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    command = f"`SUNLIGHT_CHAOS_SEED={figures.seed} make chaos`"
    block = f"{BEGIN}\nMade by {command}.\n\n{table(figures)}\n{END}"
    path.write_text(f"{head}{block}{tail}", encoding="utf-8")
