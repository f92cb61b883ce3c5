"""How two copies of the public record are compared: buckets of documents, and a number for what a bucket holds.

The record computes both in SQL (`publishing.store.comparing`), a copy stores them with each document and lets
its engine add them up. A sum of 32-bit numbers is exact in the doubles of a search engine for two million
documents a bucket, and needs no order.
"""

import hashlib

BUCKET_DIGITS = 2
BUCKETS = 16**BUCKET_DIGITS


def bucket_of(document: str) -> str:
    """The bucket of a document, by its id: two hexadecimal digits."""
    return _md5(document)[:BUCKET_DIGITS]


def fingerprint(document: str, version: int, status: str, content_hash: str) -> int:
    """A number from 0 to 2**32 - 1 for one document's version, status and content."""
    return int(_md5(f"{document} {version} {status} {content_hash}")[:8], 16)


def _md5(text: str) -> str:
    """PostgreSQL's own digest; it guards against accidents here, not against enemies."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
