"""Fixtures that every test may ask for; what they do is in tests/support."""

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

pytest_plugins = ["tests.support.infrastructure"]

JOURNEYS = "tests/journeys/"
settings.register_profile("sunlight", deadline=None)  # a busy machine is no failure
settings.load_profile("sunlight")


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """A file's tests share what its fixtures made, and all journeys one installation: each goes to one worker."""

    def _split_scope(self, nodeid: str) -> str:
        return JOURNEYS if nodeid.startswith(JOURNEYS) else nodeid.split("::", 1)[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    return ByFile(config, log)
