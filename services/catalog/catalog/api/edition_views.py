"""Editions and items as JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from catalog.domain.edition_changes import EditionDiff
from catalog.domain.editions import EDITION_STATUS_LABELS, CatalogueItem, Edition, LiveItem, RowError
from catalog.domain.evidence import ListedDocument
from catalog.domain.term_parser import parse_term


def summary(edition: Edition) -> dict[str, Any]:
    """An edition without its rows."""
    return {
        "edition": edition.number,
        "title": edition.title,
        "department": edition.department,
        "status": edition.status,
        "status_label": EDITION_STATUS_LABELS[edition.status],
        "published_on": edition.published_on,
        "items": len(edition.items),
        "version": edition.version,
    }


def edition_view(edition: Edition) -> dict[str, Any]:
    return {
        **summary(edition),
        "items": [row_view(item) for item in edition.items],
        "retirements": dict(edition.retirements),
    }


def draft_view(edition: Edition, errors: Sequence[RowError]) -> dict[str, Any]:
    """A draft with the rows that keep it from being published."""
    return {**edition_view(edition), "errors": [asdict(error) for error in errors]}


def row_view(item: CatalogueItem) -> dict[str, Any]:
    """A row with its term explained: the rule in words, or why there is none."""
    term = parse_term(item.raw_deadline)
    return {
        **item.model_dump(mode="json"),
        "rule": term.rule.model_dump(mode="json", exclude_none=True) if term.rule else None,
        "term_explained": term.rule.in_words() if term.rule else term.reason,
    }


def item_view(live: LiveItem, documents: Sequence[ListedDocument]) -> dict[str, Any]:
    return {
        **row_view(live.item),
        "edition": live.edition,
        "department": live.department,
        "retired": live.retired,
        "version": live.version,
        "documents": [document._asdict() for document in documents],
    }


def diff_view(changes: EditionDiff) -> dict[str, Any]:
    return {
        "added": [row_view(item) for item in changes.added],
        "changed": [
            {
                "id": change.item.id,
                "name": change.item.name,
                "fields": [asdict(each) for each in change.fields],
            }
            for change in changes.changed
        ],
        "retired": [{"id": each.item.id, "name": each.item.name, "reason": each.reason} for each in changes.retired],
    }
