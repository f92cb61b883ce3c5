"""`python -m sunlight`, the same as the command `sunlight`."""

from sunlight.main import run

run()
