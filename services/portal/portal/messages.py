"""`python -m portal.messages`: bring `locale/en.po` up to date with the public site, and list what is untranslated.

Read are the templates, components and code of the public site, not the console's, which is Chinese only.
"""

import ast
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import write_po

from portal.translations import CATALOGUE, forms, is_chinese, read_catalogue
from shared.kinds import KIND_LABELS
from shared.validity import VALIDITY_LABELS

PACKAGE = Path(__file__).parent
KEYWORDS = {"_": None, "N_": None, "_n": (1, 1), "_status": (1,)}
TEMPLATES = ("templates/*.html", "templates/public/*.html")
CODE = ("*.py", "public/*.py", "clients/*.py")
MARKS = set(KEYWORDS)
USES = re.compile(r'from "(\w+/macro\.html)"')
OPTIONS = {"extensions": "jinja2.ext.do", "trim_blocks": "true", "lstrip_blocks": "true"}
WIDTH = 110
NOISE = (b'"Report-Msgid-Bugs-To', b'"Last-Translator', b'"Language-Team', b'"Generated-By', b'"Project-Id')

Id = str | tuple[str, ...]


def public_templates() -> set[Path]:
    """The templates of public pages and the components they use, also through one another."""
    found = {path for pattern in TEMPLATES for path in PACKAGE.glob(pattern)}
    waiting = set(found)
    while waiting:
        used = {PACKAGE / "ui" / name for name in USES.findall(waiting.pop().read_text())}
        waiting |= used - found
        found |= used
    return found


def found_messages() -> Iterator[tuple[str, Id]]:
    """Every message id with the file it stands in."""
    code = {path for pattern in CODE for path in PACKAGE.glob(pattern)}
    for path in sorted(code | public_templates()):
        method = "python" if path in code else "jinja2"
        for _, message, *_ in extract(method, BytesIO(path.read_bytes()), KEYWORDS, options=OPTIONS):
            if is_chinese(message):
                yield str(path.relative_to(PACKAGE)), message
    for module, labels in (("shared/kinds.py", KIND_LABELS), ("shared/validity.py", VALIDITY_LABELS)):
        yield from ((module, label) for label in labels.values())


def wanted() -> Catalog:
    """An empty catalogue of all messages, without line numbers, which would change with every edit."""
    catalogue = Catalog(locale="en", fuzzy=False)
    files: dict[Id, set[str]] = {}
    for file, message in found_messages():
        files.setdefault(message, set()).add(file)
    singular = {message[0] for message in files if isinstance(message, tuple)}
    for message, where in files.items():
        if message not in singular:
            catalogue.add(message, locations=[(file, 0) for file in sorted(where)])
    return catalogue


def updated() -> Catalog:
    """The catalogue of the repository with exactly the messages wanted; what is known keeps its translation."""
    known, fresh = read_catalogue(), wanted()
    for message in fresh:
        kept = known.get(message.id) if message.id else None
        if kept is not None and kept.pluralizable == message.pluralizable:
            message.string = kept.string
    fresh.creation_date, fresh.revision_date = known.creation_date, known.revision_date
    fresh.header_comment = known.header_comment
    return fresh


def written(catalogue: Catalog) -> bytes:
    """As the file holds it: sorted by message."""
    file = BytesIO()
    write_po(file, catalogue, width=WIDTH, sort_output=True, include_lineno=False, ignore_obsolete=True)
    lines = file.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(NOISE))


def untranslated(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id and not all(forms(message.string))]


def unmarked(path: Path) -> list[str]:
    """Chinese texts of a module that no mark lets be translated; docstrings are for its readers."""
    tree = ast.parse(path.read_text())
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and getattr(n.func, "id", "") in MARKS]
    marked = {id(part) for call in calls for part in ast.walk(call)}
    texts = {id(e.value) for e in ast.walk(tree) if isinstance(e, ast.Expr)}
    constants = [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in marked | texts]
    return [n.value for n in constants if isinstance(n.value, str) and is_chinese(n.value)]


def main() -> None:
    catalogue = updated()
    CATALOGUE.write_bytes(written(catalogue))
    missing = untranslated(catalogue)
    for message in missing:
        print(message.id)  # noqa: T201 - what was asked for
    print(f"{len(catalogue)} messages, {len(missing)} untranslated")  # noqa: T201 - as above


if __name__ == "__main__":
    main()
