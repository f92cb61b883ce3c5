"""`python -m tests.relevance.common_pairs`: count the corpus for `search/common-pairs.txt` and write it anew."""

from collections import Counter
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

from search.segmentation import CJK_IDEOGRAPHS, simplified
from tests.bench.texts import every_text

MOST = 0.5
A_LINE = 20


def main() -> None:
    """Write the pairs that stand in more than MOST of the corpus, the commonest first."""
    counted: Counter[str] = Counter()
    texts = every_text()
    for text in texts:
        counted.update({*map("".join, pairwise(simplified(text.body)))})
    common = [pair for pair, count in counted.most_common() if count > MOST * len(texts) and _is_chinese(pair)]
    lines = [" ".join(common[start : start + A_LINE]) for start in range(0, len(common), A_LINE)]
    Path(str(files("search") / "common-pairs.txt")).write_text("\n".join(lines) + "\n", "utf-8")


def _is_chinese(pair: str) -> bool:
    return all(ord(letter) in CJK_IDEOGRAPHS for letter in pair)


if __name__ == "__main__":
    main()
