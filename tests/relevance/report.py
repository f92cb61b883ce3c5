"""The figures as a person reads them: on the terminal, in docs/relevance.md and as JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from launcher.layout import REPOSITORY
from tests.relevance.baseline import Groups
from tests.relevance.measuring import Outcome, members_of
from tests.relevance.metrics import FIGURES, Score

HEADINGS = {"success": "success@1", "mrr": "MRR@10", "ndcg": "nDCG@10", "recall": "recall@10", "zero": "zero hits"}
DOCUMENT = REPOSITORY / "docs" / "relevance.md"
MARK = "<!-- figures of make relevance from here on -->"


def group_table(groups: Groups, counts: Mapping[str, int]) -> str:
    """Figures of one system by group, as a Markdown table."""
    rows = [("group", "queries", *HEADINGS.values())]
    rows += [(group, str(counts[group]), *_cells(score)) for group, score in groups.items()]
    return _markdown(rows)


def peer_table(systems: Mapping[str, Groups], figure: str) -> str:
    """One figure of every system by group, as a Markdown table."""
    groups = list(next(iter(systems.values())))
    rows = [(HEADINGS[figure], *groups)]
    for name, scores in systems.items():
        rows.append((name, *(f"{getattr(scores[group], figure):.3f}" for group in groups)))
    return _markdown(rows)


def counts(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """How many queries each group has."""
    return {group: len(members) for group, members in members_of(outcomes).items()}


def failures(outcomes: Sequence[Outcome], group: str, titles: Mapping[str, str]) -> str:
    """Queries of a group whose first result is no answer: the answer's rank, and what stood first."""
    lines = []
    for outcome in outcomes:
        if outcome.judged.group == group and not outcome.score.success:
            first = titles.get(outcome.ranking[0], "?") if outcome.ranking else "nothing"
            lines.append(f"{outcome.place or '–':>3}  {outcome.judged.query}  ←  {first}")
    return "\n".join(lines) or "none"


def _cells(score: Score) -> list[str]:
    return [f"{getattr(score, name):.3f}" for name in FIGURES]


def _markdown(rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def write(sections: Mapping[str, str]) -> None:
    """Put the sections under the mark in docs/relevance.md; what stands above it was written by people."""
    above = DOCUMENT.read_text().split(MARK)[0] if DOCUMENT.exists() else "# Relevance\n\n"
    body = "\n\n".join(f"## {title}\n\n{text}" for title, text in sections.items())
    DOCUMENT.write_text(f"{above}{MARK}\n\n{body}\n")


def write_json(path: Path, results: Mapping[str, Mapping[str, Groups]]) -> None:
    """Every figure by collection, system and group."""
    plain = {
        collection: {
            name: {group: asdict(score) for group, score in groups.items()} for name, groups in systems.items()
        }
        for collection, systems in results.items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(plain, ensure_ascii=False, indent=2) + "\n")
