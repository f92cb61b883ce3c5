"""What the index keeps of a document besides its content, so that any later harm to it can be found.

`bucket` and `fingerprint` are compared with publishing's record by sums (`shared.digests`). `seal` is a digest
of everything else in the document, so that a changed word shows without asking anybody.
"""

import hashlib
import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

import orjson

from shared.digests import bucket_of, fingerprint

SEAL = "seal"


def sealed(document: dict[str, Any]) -> dict[str, Any]:
    """The document with its bucket, fingerprint and seal."""
    number = fingerprint(document["id"], document["version"], document["status"], document["content_hash"])
    content = {**document, "bucket": bucket_of(document["id"]), "fingerprint": number}
    return {**content, SEAL: _digest(content)}


def is_intact(document: dict[str, Any]) -> bool:
    """Whether a document read from the index is as it was sealed."""
    return document.get(SEAL) == _digest(document)


def _digest(document: dict[str, Any]) -> str:
    """Of what the engine keeps of the document, which is not all that it indexes."""
    content = {name: value for name, value in document.items() if name != SEAL}
    for name, _, inner in _not_kept():
        if not inner:
            content.pop(name, None)
        elif content.get(name):
            content[name] = [{key: value for key, value in part.items() if key != inner} for part in content[name]]
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]


@lru_cache
def _not_kept() -> list[tuple[str, str, str]]:
    """Fields that can be searched but not read back: of the document, or of each of its parts."""
    mappings = json.loads((files("search") / "items.json").read_text())["mappings"]
    return [path.partition(".") for path in mappings.get("_source", {}).get("excludes", [])]
