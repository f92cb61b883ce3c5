"""Words that ask, are polite or tell the story, but say nothing about the subject."""

from importlib.resources import files

STOPWORDS = frozenset((files("search.understanding") / "stopwords.txt").read_text("utf-8").split())
_EMPTY_TAGS = frozenset({"r", "c", "p", "u", "y", "e", "o", "d", "uj", "ul", "uv", "ud", "uz", "ug", "x", "w", "f"})


def says_nothing(word: str, tag: str) -> bool:
    """Whether a word of a question is no part of its subject."""
    return word in STOPWORDS or (tag in _EMPTY_TAGS and len(word) < 3)
