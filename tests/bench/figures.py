"""A measured figure, and how figures are told."""

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

COMMAND = "make bench"


@dataclass(frozen=True)
class Figure:
    """What we reached and what the raw engine reached in the same run.

    `ratio` is ours to the limit's for rates, and ours divided by the limit for times; `goal` says which way
    is good, such as `≥ 0.6` or `≤ 1`.
    """

    name: str
    unit: str
    ours: float
    limit: float
    goal: str
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.ours / self.limit if self.limit else 0.0

    @property
    def met(self) -> bool:
        sign, value = self.goal.split()
        return self.ratio >= float(value) if sign == "≥" else self.ratio <= float(value)


def growth(name: str, p99: Mapping[int, float], what: str) -> Figure:
    """How a time grows with what is held: the p99 at the largest size beside that at the smallest."""
    sizes = ", ".join(f"{size}: {seconds * 1000:.0f} ms" for size, seconds in p99.items())
    return Figure(name, "s", p99[max(p99)], p99[min(p99)], "≤ 3", f"p99 of {what} ({sizes})")


def table(figures: list[Figure]) -> str:
    """The figures as a Markdown table."""
    head = "| figure | unit | ours | limit | ratio | goal | met | how |\n|---|---|--:|--:|--:|---|---|---|\n"
    rows = (
        f"| {f.name} | {f.unit} | {f.ours:.3g} | {f.limit:.3g} | {f.ratio:.2f} | {f.goal} "
        f"| {'yes' if f.met else 'no'} | {f.note} |"
        for f in figures
    )
    return head + "\n".join(rows)


def write(figures: list[Figure], documents: int, state: Path, page: Path) -> None:
    """Write `bench.json` into the state folder and the page of figures into the documents."""
    told = {f.name: {**asdict(f), "ratio": round(f.ratio, 3), "met": f.met} for f in figures}
    (state / "bench.json").write_text(json.dumps(told, ensure_ascii=False, indent=2))
    made = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, Python {platform.python_version()}"
    page.write_text(
        "# Figures\n\n"
        f"Written by `{COMMAND}` on {made}, with {documents} documents in the index. Ours and the limit are\n"
        "measured in the same run, in turns, so that the machine's noise falls on both.\n\n"
        f"{table(figures)}\n"
    )
