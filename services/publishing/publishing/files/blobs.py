"""Bytes under their own hash: written once, never changed, found again by anyone who knows the hash."""

import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from publishing.domain.rules import FileRefused

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Staged:
    """Bytes that have arrived but are not kept yet; `path` is where they can be looked at."""

    path: Path
    sha256: str
    size: int


class Blobs(Protocol):
    """A content-addressed store. Every call may block; callers use a thread."""

    def stage(self, source: BinaryIO, limit: int) -> Staged: ...

    def keep(self, staged: Staged) -> None: ...

    def discard(self, staged: Staged) -> None: ...

    def read(self, sha256: str) -> Iterator[bytes]: ...


class FileBlobs:
    """Blobs as files `ab/cd/<sha256>` under one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def stage(self, source: BinaryIO, limit: int) -> Staged:
        """Copy the source to a temporary file. Raises FileRefused when it is empty or over the limit."""
        incoming = self._folder / "incoming"
        incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = incoming / secrets.token_hex(16)
        try:
            digest, size = _copy(source, path, limit)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Staged(path, digest, size)

    def keep(self, staged: Staged) -> None:
        """Give the bytes their final name. A crash before leaves nothing but a file in `incoming`."""
        target = self._path(staged.sha256)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.replace(staged.path, target)
        _sync_folder(target.parent)

    def discard(self, staged: Staged) -> None:
        """Forget bytes that were not kept."""
        with contextlib.suppress(FileNotFoundError):
            staged.path.unlink()

    def read(self, sha256: str) -> Iterator[bytes]:
        """The bytes in pieces. Raises FileNotFoundError at once when they are not here."""
        file = self._path(sha256).open("rb")

        def pieces() -> Iterator[bytes]:
            with file:
                while piece := file.read(CHUNK):
                    yield piece

        return pieces()

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256[2:4] / sha256


def _copy(source: BinaryIO, path: Path, limit: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("xb") as target:
        while piece := source.read(CHUNK):
            size += len(piece)
            if size > limit:
                raise FileRefused(reason=f"文件超过 {limit // 1024 // 1024} MiB")
            digest.update(piece)
            target.write(piece)
        if size == 0:
            raise FileRefused(reason="文件是空的")
        target.flush()
        os.fsync(target.fileno())
    return digest.hexdigest(), size


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
