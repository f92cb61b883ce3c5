"""Fixtures that every test may ask for; what they do is in tests/support."""

pytest_plugins = ["tests.support.infrastructure"]
