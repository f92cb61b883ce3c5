"""Signing keys: the newest signs, a retired one stays published until its last token has expired."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

TOKEN_LIFETIME = timedelta(minutes=5)
PUBLISHED_AFTER_RETIREMENT = timedelta(hours=1)


@dataclass(frozen=True)
class SigningKey:
    """An Ed25519 key as JWK, private part included; never printed."""

    kid: str
    private_key: Mapping[str, str] = field(repr=False)
    created_at: datetime
    retired_at: datetime | None = None

    def is_published(self, at: datetime) -> bool:
        return self.retired_at is None or at - self.retired_at < PUBLISHED_AFTER_RETIREMENT


def signing_key(keys: Sequence[SigningKey]) -> SigningKey | None:
    """The key that signs now: the one not retired."""
    return next((key for key in keys if key.retired_at is None), None)
