"""Telling many visitors from one without knowing any of them.

A visitor is one of 256 codes that depend on a key in this process's memory and on the day. Every code stands
for many addresses and nothing leads back from it; it says only that two searches may be of different people.
"""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
CODES = 256
ASKER_HEADER = "x-asker"

_KEY = secrets.token_bytes(16)


def china_today() -> date:
    return datetime.now(UTC).astimezone(CHINA).date()


def asker_code(address: str, key: bytes = _KEY, on: date | None = None) -> int:
    """The code of an address for a day of this process."""
    text = f"{(on or china_today()).isoformat()} {address}"
    return hashlib.blake2b(text.encode(), key=key, digest_size=1).digest()[0]


def asker_of(headers: Mapping[str, str], peer: str) -> int:
    """The visitor's code: as a page server in front of us gives it, else from the address the edge saw.

    The edge takes the header from whoever sends it from outside.
    """
    given = headers.get(ASKER_HEADER, "")
    if given.isascii() and given.isdecimal() and len(given) <= 3:
        return int(given) % CODES
    forwarded = headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return asker_code(forwarded or peer)
