"""有效性 in the words people read, the same on every page, in exports and in mails."""

from shared.events import Validity

VALIDITY_LABELS: dict[str, str] = {
    Validity.IN_FORCE: "有效",
    Validity.AMENDED: "已修订",
    Validity.REPEALED: "已废止",
    Validity.EXPIRED: "已失效",
}


def validity_label(code: str) -> str:
    """The Chinese word for whether a document is in force; an unknown code is shown as it is."""
    return VALIDITY_LABELS.get(code, code)
