"""Which errors hold a message back, and which count against it."""

import pytest
from asyncpg.exceptions import (
    CannotConnectNowError,
    DiskFullError,
    NotNullViolationError,
    TooManyConnectionsError,
    UniqueViolationError,
)
from sqlalchemy.exc import DBAPIError

from shared.consuming import is_outage


def by_the_driver(cause: Exception) -> DBAPIError:
    """The error as SQLAlchemy raises it: around its own, which was raised from asyncpg's."""
    original = Exception("adapted")
    original.__cause__ = cause
    return DBAPIError("insert", {}, original)


@pytest.mark.parametrize("cause", [CannotConnectNowError(), DiskFullError(), TooManyConnectionsError()])
def test_a_database_without_room_or_connections_is_away(cause: Exception) -> None:
    assert is_outage(cause)
    assert is_outage(by_the_driver(cause))


@pytest.mark.parametrize("cause", [UniqueViolationError(), NotNullViolationError()])
def test_a_broken_constraint_is_the_messages_own_fault(cause: Exception) -> None:
    assert not is_outage(cause)
    assert not is_outage(by_the_driver(cause))
