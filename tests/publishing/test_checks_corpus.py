"""Published law holds no personal data and no marks: whatever is found in it is a false alarm."""

import gzip
import json
import os
from pathlib import Path

import pytest

from launcher.layout import REPOSITORY
from publishing.domain.checks.checking import check
from publishing.domain.checks.findings import Piece, Severity

CORPUS = Path(os.environ.get("SUNLIGHT_CORPUS", REPOSITORY.parent / "shared/corpus/regulations.jsonl.gz"))

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_file(), reason=f"the regulations corpus is not at {CORPUS}"),
]


def test_no_legal_text_is_blocked_and_hardly_one_is_warned_of() -> None:
    """`-s` prints the figures."""
    found: dict[Severity, list[str]] = {severity: [] for severity in Severity}
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        documents = [json.loads(line) for line in lines]
    for document in documents:
        pieces = [Piece("title", "标题", document["title"]), Piece("body", "正文", document["text"])]
        for severity in {finding.severity for finding in check(pieces)}:
            found[severity].append(document["title"])
    print(f"{len(documents)} texts: {len(found[Severity.BLOCK])} blocked, {len(found[Severity.WARN])} warned of")
    assert found[Severity.BLOCK] == []
    assert len(found[Severity.WARN]) <= len(documents) // 1000, found[Severity.WARN]
