"""Lockout, sessions and secrets as rules."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.domain.sign_in import (
    LONGEST_LOCK,
    SESSION_IDLE,
    SESSION_LONGEST,
    Client,
    Failures,
    Session,
    attempted_name_key,
    csrf_token,
    lock_after,
    new_secret,
    secret_hash,
)
from identity.domain.signing import PUBLISHED_AFTER_RETIREMENT, TOKEN_LIFETIME, SigningKey, signing_key

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
SECONDS = st.integers(min_value=0, max_value=200_000).map(lambda seconds: timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (4, 0), (5, 30), (6, 60), (7, 120), (8, 240), (9, 480), (10, 900), (11, 900), (10**9, 900)],
)
def test_the_lock_starts_at_five_failures_and_doubles_to_a_quarter_of_an_hour(failures: int, seconds: int) -> None:
    assert lock_after(failures) == timedelta(seconds=seconds)


@given(st.integers(0, 1000))
def test_more_failures_never_shorten_the_lock(failures: int) -> None:
    assert lock_after(failures) <= lock_after(failures + 1) <= LONGEST_LOCK


@given(st.integers(0, 50), SECONDS)
def test_a_lock_counts_down_and_ends(count: int, later: timedelta) -> None:
    failures = Failures(count, START)
    assert failures.locked_for(START + later) == max(lock_after(count) - later, timedelta(0))


@given(st.lists(st.integers(0, 1000).map(lambda seconds: timedelta(seconds=seconds)), max_size=40))
def test_attempts_that_respect_the_lock_have_served_every_lock_before_them(pauses: list[timedelta]) -> None:
    failures, at, accepted = Failures(), START, 0
    for pause in pauses:
        at += pause
        if not failures.locked_for(at):
            failures, accepted = failures.one_more(at), accepted + 1
    served = sum((lock_after(count) for count in range(accepted)), timedelta(0))
    assert at - START >= served


def test_a_day_of_quiet_starts_the_count_afresh() -> None:
    many = Failures(20, START)
    assert many.one_more(START + timedelta(hours=23)).count == 21
    assert many.one_more(START + timedelta(hours=24)).count == 1


def test_failures_of_a_name_are_counted_whatever_its_case_and_without_keeping_it() -> None:
    assert attempted_name_key(" Zhang.Wei ") == attempted_name_key("zhang.wei") != attempted_name_key("zhang")
    assert "zhang" not in attempted_name_key("zhang")


@given(st.lists(SECONDS, max_size=40))
def test_a_session_never_outlives_twelve_hours_nor_an_idle_hour(pauses: list[timedelta]) -> None:
    session, at = Session.start("id", "zhang", START), START
    last_used = START
    for pause in pauses:
        at += pause
        if not session.is_live(at):
            break
        assert at - START < SESSION_LONGEST
        assert at - last_used < SESSION_IDLE + timedelta(minutes=1)
        session, last_used = session.seen(at), at


def test_a_session_in_use_lives_on_and_is_written_at_most_once_a_minute() -> None:
    session = Session.start("id", "zhang", START)
    assert session.seen(START + timedelta(seconds=59)) is session
    used = session.seen(START + timedelta(minutes=50))
    assert used.is_live(START + timedelta(minutes=100))
    assert not session.is_live(START + timedelta(minutes=60))


def test_secrets_have_256_bits_and_only_their_hash_is_kept() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert all(len(secret) == 43 for secret in made)
    session_id = new_secret()
    assert Session.start(session_id, "zhang", START).id_hash == secret_hash(session_id) != session_id


def test_each_session_has_its_own_csrf_token_that_does_not_tell_its_id() -> None:
    assert csrf_token("one") == csrf_token("one") != csrf_token("two")
    assert csrf_token("one") != secret_hash("one")


def test_a_client_is_accepted_by_its_secret_while_active() -> None:
    client = Client("system:audit:1", secret_hash("right"), "审计", frozenset(), active=True)
    assert client.accepts("right")
    assert not client.accepts("wrong")
    assert not Client("system:audit:1", secret_hash("right"), "审计", frozenset(), active=False).accepts("right")


def test_a_retired_key_stays_published_longer_than_its_last_token_lives() -> None:
    old = SigningKey("old", {"d": "private"}, START, retired_at=START)
    new = SigningKey("new", {}, START)
    assert signing_key([old]) is None
    assert signing_key([old, new]) is new
    assert PUBLISHED_AFTER_RETIREMENT > 2 * TOKEN_LIFETIME
    assert old.is_published(START + timedelta(minutes=59))
    assert not old.is_published(START + timedelta(hours=1))
    assert "private" not in repr(old)


def test_an_attempt_that_read_the_clock_earlier_than_the_last_one_counted_is_not_refused_for_it() -> None:
    assert Failures(3, START).locked_for(START - timedelta(milliseconds=5)) == timedelta(0)
