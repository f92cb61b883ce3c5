"""Identity's tables, and loading and saving through the caller's connection."""

from identity.store.tables import delivery, metadata

__all__ = ["delivery", "metadata"]
