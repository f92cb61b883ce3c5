"""What the person at the terminal sees while the stack starts."""

import contextlib
import sys
import time
from collections.abc import Iterator

from rich.console import Console


class Progress:
    """One line per step with its seconds: live on a terminal, plain in a log."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[None]:
        started = time.monotonic()
        with self._console.status(title) if sys.stdout.isatty() else contextlib.nullcontext():
            yield
        seconds = time.monotonic() - started
        if seconds >= 0.1:
            self._console.print(f"[green]✓[/] {title} [dim]{seconds:.1f} s[/]")

    def note(self, text: str) -> None:
        self._console.print(text, markup=False)
