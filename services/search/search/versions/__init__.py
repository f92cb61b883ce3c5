"""Versions of one item: which items form a chain, and what the index says of each."""

from search.versions.flagging import OpenSearchFlags, Versions
from search.versions.settling import settle

__all__ = ["OpenSearchFlags", "Versions", "settle"]
