"""The figures of a run as a table, and as the block of docs/chaos.md that a run rewrites."""

from collections import Counter
from collections.abc import Iterable
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
    freezings = sum(len(seconds) for seconds in figures.awakenings.values())
    figured = [
        ("SIGKILLs / SIGSTOPs", f"{figures.kills} / {freezings}"),
        ("submissions, revisions and withdrawals sent", f"{figures.operations}"),
        ("… answered / outcome unknown", f"{figures.answered} / {figures.unknown}"),
        ("documents stored / events published", f"{figures.documents} / {figures.events}"),
        ("reads of the public API", f"{figures.reads}"),
        ("runs of `sunlight import` for its files", f"{figures.import_runs}"),
        ("seconds from the last answer until everything agreed", f"{figures.settle_seconds:.1f}"),
        *((f"violations: {promise}", f"{broken[promise]}") for promise in CHECKERS),
        ("violations per operation, with 95 % confidence", _chance(figures, figures.operations)),
        ("violations per SIGKILL or SIGSTOP, with 95 % confidence", _chance(figures, figures.kills + freezings)),
    ]
    lines = [rows(figured), ""]
    lines += ["| killed | times | seconds until it answered again |", "|---|---|---|"]
    for component, seconds in sorted(figures.recoveries.items()):
        lines.append(f"| {component} | {len(seconds)} | {', '.join(f'{each:.1f}' for each in seconds)} |")
    lines += [
        "",
        "| frozen (SIGSTOP, later SIGCONT) | for seconds | seconds until it answered again |",
        "|---|---|---|",
    ]
    for (component, paused), seconds in sorted(figures.awakenings.items()):
        lines.append(f"| {component} | {paused:.0f} | {', '.join(f'{each:.1f}' for each in seconds)} |")
    return "\n".join(lines)


def _chance(figures: Figures, trials: int) -> str:
    return f"{len(figures.violations)} of {trials}" + ("" if figures.violations else f", so {bound(trials)}")


def rows(figures: Iterable[tuple[str, object]]) -> str:
    """Figures as a table in Markdown."""
    return "\n".join(["| figure | value |", "|---|---|", *(f"| {name} | {value} |" for name, value in figures)])


def write(path: Path, figures: Figures) -> None:
    """Put the figures, and the command that makes them again, into the document's block."""
    command = f"`SUNLIGHT_CHAOS_SEED={figures.seed} make chaos`"
    write_block(path, BEGIN, END, f"Made by {command}.\n\n{table(figures)}")


def write_block(path: Path, begin: str, end: str, content: str) -> None:
    """Replace what stands between two marks of a document."""
    text = path.read_text(encoding="utf-8")
    head, _, rest = text.partition(begin)
    _, _, tail = rest.partition(end)
    path.write_text(f"{head}{begin}\n{content}\n{end}{tail}", encoding="utf-8")
