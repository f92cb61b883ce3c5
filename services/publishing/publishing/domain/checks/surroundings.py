"""The words around a place, by which a number is told from its likeness."""

NEAR = 16


def before(text: str, start: int, reach: int = NEAR) -> str:
    """What stands before the place in its line, at most `reach` characters."""
    line = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    return text[max(line, start - reach) : start]
