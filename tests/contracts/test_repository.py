"""What holds for every file of the repository."""

import re
import subprocess
from pathlib import Path

import pytest

from launcher.layout import REPOSITORY

LONGEST_FILE = 300
CODE = ("services/", "shared/", "deploy/native/")
CODE_SUFFIXES = {".py", ".js", ".css", ".html", ".java", ".toml", ".sh", ""}
# Files that may be longer, each with the reason; none is today.
MAY_BE_LONG: dict[str, str] = {}

MACHINE_PATH = re.compile(r"(?<![\w./}$-])/(?:work|root|home|Users|mnt|farm)/[\w.]")
ARCHIVE = re.compile(r"https?://[^\s\"')]+(?:\.whl|\.tar\.gz|\.tgz|\.jar|\.crate|\.deb|\.zip|/simple\b|/maven2)")
# The namespace of a pom.xml has the form of an address, and is none.
REGISTRY = re.compile(
    r"https?://(?!maven\.apache\.org/(?:POM|xsd)\b)"
    r"[\w.-]*(?:pypi|pythonhosted|maven|npmjs|registry|mirror|artifactory|nexus|githubusercontent)",
    re.IGNORECASE,
)
INDEX_OPTION = re.compile(r"--(?:extra-)?index-url|--find-links|--trusted-host")
OURSELVES = Path(__file__).relative_to(REPOSITORY).as_posix()


def tracked() -> list[str]:
    """The files git knows; those of the working tree that it does not ignore, before they are committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, text=True).stdout
    return [name for name in listed.splitlines() if (REPOSITORY / name).is_file()]


def texts() -> dict[str, str]:
    """Every text file by its name, but this one, which holds the patterns."""
    found = {}
    for name in tracked():
        content = (REPOSITORY / name).read_bytes()
        if name != OURSELVES and b"\x00" not in content[:8192]:
            found[name] = content.decode(errors="replace")
    return found


TEXTS = texts()


def where(pattern: re.Pattern[str]) -> list[str]:
    return [f"{name}: {hit.group()}" for name, content in TEXTS.items() if (hit := pattern.search(content))]


def test_no_file_of_code_is_longer_than_a_person_reads_at_once() -> None:
    long = {
        name: lines
        for name, content in TEXTS.items()
        if name.startswith(CODE) and Path(name).suffix in CODE_SUFFIXES
        if (lines := content.count("\n")) > LONGEST_FILE and name not in MAY_BE_LONG
    }
    assert long == {}


def test_an_exception_to_the_length_is_still_needed_and_has_its_reason() -> None:
    assert [name for name in MAY_BE_LONG if TEXTS.get(name, "").count("\n") <= LONGEST_FILE] == []
    assert all(MAY_BE_LONG.values())


@pytest.mark.parametrize("pattern", [MACHINE_PATH, ARCHIVE, REGISTRY, INDEX_OPTION])
def test_the_repository_names_no_machine_and_no_place_to_download_from(pattern: re.Pattern[str]) -> None:
    assert where(pattern) == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (MACHINE_PATH, "cd /home/someone"),
        (MACHINE_PATH, 'PATH = "/root/x"'),
        (ARCHIVE, "https://example.org/a-1.0.whl"),
        (ARCHIVE, "https://example.org/simple/"),
        (REGISTRY, "https://pypi.example.org/x"),
        (INDEX_OPTION, "--index-url"),
    ],
)
def test_what_must_not_stand_there_would_be_seen(pattern: re.Pattern[str], text: str) -> None:
    assert pattern.search(text)


@pytest.mark.parametrize("text", ["/var/lib/sunlight", "services/portal/home/x.py", "{root}/work/x", "/usr/lib/x"])
def test_an_ordinary_path_is_no_machines_own(text: str) -> None:
    assert not MACHINE_PATH.search(text)


def test_the_lock_pins_every_package_with_its_hash_and_no_other_lock_is_kept() -> None:
    requirements = re.findall(r"^[a-z0-9][^\n]*(?:\n    [^\n]*)*", TEXTS["requirements.lock"], re.MULTILINE)
    assert len(requirements) > 50
    assert [line for line in requirements if "==" not in line or "--hash=sha256:" not in line] == []
    assert "uv.lock" not in TEXTS
