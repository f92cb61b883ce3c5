"""The test stack's OpenSearch and PostgreSQL for a run of the harness."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from launcher.stack import Stack
from tests.support.infrastructure import TestStack, launch, stack_environment


@contextmanager
def running() -> Iterator[TestStack]:
    """A running test stack is used and left running; else one is started and, without SUNLIGHT_TEST_KEEP=1, stopped."""
    environment = stack_environment()
    stack = Stack.from_environment(environment)
    started = not stack.supervisor.is_running()
    if started:
        launch(environment, "up", "--infra-only")
    try:
        yield TestStack(stack, stack.vault())
    finally:
        if started and os.environ.get("SUNLIGHT_TEST_KEEP") != "1":
            launch(environment, "down")
