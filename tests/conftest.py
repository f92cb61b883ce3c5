"""Fixtures that every test may ask for; what they do is in tests/support."""

from hypothesis import settings

pytest_plugins = ["tests.support.infrastructure"]

settings.register_profile("sunlight", deadline=None)  # a busy machine is no failure
settings.load_profile("sunlight")
