"""The recorded figures, and what has become worse since."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from tests.relevance.metrics import FIGURES, Score

FILE = Path(__file__).parent / "baseline.json"
TOLERANCE = 0.01
LOWER_IS_BETTER = {"zero"}

Groups = Mapping[str, Score]


def load(collection: str) -> dict[str, Score]:
    """The recorded figures of a collection by group; empty when none are recorded."""
    recorded = json.loads(FILE.read_text()) if FILE.exists() else {}
    return {group: Score(**figures) for group, figures in recorded.get(collection, {}).items()}


def record(collections: Mapping[str, Groups]) -> None:
    """Write down the figures of the given collections and keep the others."""
    kept = json.loads(FILE.read_text()) if FILE.exists() else {}
    for collection, groups in collections.items():
        kept[collection] = {
            group: {name: round(value, 4) for name, value in asdict(score).items()} for group, score in groups.items()
        }
    FILE.write_text(json.dumps(kept, ensure_ascii=False, indent=2, sort_keys=True) + "\n")


def drops(recorded: Groups, now: Groups) -> list[str]:
    """Each figure that is worse than recorded by more than TOLERANCE, in words; a group that is gone is one too."""
    found = [f"{group}: no longer measured" for group in recorded if group not in now]
    for group in recorded.keys() & now.keys():
        for name in FIGURES:
            before, after = getattr(recorded[group], name), getattr(now[group], name)
            worse = after - before if name in LOWER_IS_BETTER else before - after
            if round(worse, 4) > TOLERANCE:
                found.append(f"{group}: {name} {before:.4f} → {after:.4f}")
    return sorted(found)
