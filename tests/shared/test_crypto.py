"""Sealing and keyed hashes."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.crypto import KeyedCrypto, Unreadable

TEST_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
OTHER_KEY = base64.b64encode(bytes(32)).decode()
PLACE = "sealed_texts/description/1"


@pytest.mark.parametrize("suite", ["intl", "gm"])
@given(text=st.text())
def test_what_is_sealed_opens_in_its_place_and_names_its_suite(suite: str, text: str) -> None:
    crypto = KeyedCrypto(TEST_KEY, "intake", suite)
    sealed = crypto.seal(text, PLACE)
    assert sealed.startswith(f"{suite}.".encode())
    assert KeyedCrypto(TEST_KEY, "intake").unseal(sealed, PLACE) == text


def test_the_same_text_is_never_sealed_alike() -> None:
    crypto = KeyedCrypto(TEST_KEY, "intake")
    assert crypto.seal("张三", PLACE) != crypto.seal("张三", PLACE)


@pytest.mark.parametrize("suite", ["intl", "gm"])
def test_a_value_moved_to_another_place_does_not_open(suite: str) -> None:
    crypto = KeyedCrypto(TEST_KEY, "intake", suite)
    with pytest.raises(Unreadable):
        crypto.unseal(crypto.seal("张三", PLACE), "sealed_texts/description/2")


@pytest.mark.parametrize("suite", ["intl", "gm"])
def test_a_value_changed_anywhere_does_not_open(suite: str) -> None:
    crypto = KeyedCrypto(TEST_KEY, "intake", suite)
    sealed = crypto.seal("张三", PLACE)
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises(Unreadable):
            crypto.unseal(bytes(changed), PLACE)


@pytest.mark.parametrize("sealed", [b"", b"intl", b"intl.00000000.", b"..", b"\xff.\xff.\xff"])
def test_what_was_never_sealed_does_not_open(sealed: bytes) -> None:
    with pytest.raises(Unreadable):
        KeyedCrypto(TEST_KEY, "intake").unseal(sealed, PLACE)


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    old, rotated, new = (
        KeyedCrypto(TEST_KEY, "intake"),
        KeyedCrypto(f"{OTHER_KEY},{TEST_KEY}", "intake"),
        KeyedCrypto(OTHER_KEY, "intake"),
    )
    assert rotated.unseal(old.seal("张三", PLACE), PLACE) == "张三"
    assert new.unseal(rotated.seal("张三", PLACE), PLACE) == "张三"
    assert rotated.matches("code", "x", old.digest("code", "x"))
    with pytest.raises(Unreadable):
        new.unseal(old.seal("张三", PLACE), PLACE)


def test_a_digest_depends_on_key_purpose_and_value() -> None:
    crypto = KeyedCrypto(TEST_KEY, "intake")
    digests = [
        crypto.digest("code", "x"),
        crypto.digest("code", "y"),
        crypto.digest("applicant", "x"),
        KeyedCrypto(OTHER_KEY, "intake").digest("code", "x"),
    ]
    assert len(set(digests)) == 4
    assert crypto.matches("code", "x", digests[0])
    assert not any(crypto.matches("code", "x", digest) for digest in digests[1:])


@pytest.mark.parametrize("key", ["", "not base64!", base64.b64encode(b"short").decode()])
def test_a_bad_data_key_stops_the_start(key: str) -> None:
    with pytest.raises(ValueError, match="SUNLIGHT_DATA_KEY"):
        KeyedCrypto(key, "intake")


def test_two_services_with_one_secret_cannot_read_each_other() -> None:
    intake, search = KeyedCrypto(TEST_KEY, "intake"), KeyedCrypto(TEST_KEY, "search")
    with pytest.raises(Unreadable):
        search.unseal(intake.seal("张三", PLACE), PLACE)
    assert intake.digest("code", "x") != search.digest("code", "x")


def test_what_intake_sealed_before_the_code_was_shared_still_opens() -> None:
    kept = bytes.fromhex(
        "696e746c2e39343563656633622ef9560d4edf4201fa0ff9505dcb9710018481158e8e4bf57d7968913c31010ed0ef38"
    )
    assert KeyedCrypto(TEST_KEY, "intake").unseal(kept, PLACE) == "张三"
