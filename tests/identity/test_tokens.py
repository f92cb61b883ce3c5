"""Tokens as every other service reads them."""

import time
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from identity.store.sign_in import SigningKeyStore
from identity.tokens import TokenIssuer, generate_key, published, rotate, sign
from shared.auth import Principal, TokenVerifier, read_token
from shared.events import now
from shared.problems import NotSignedIn
from shared.roles import Role
from tests.identity.running import Service

WHO = Principal("zhang.wei", "张伟", frozenset({("author", "audit"), ("chief", "*")}))
KEY = generate_key(datetime(2026, 11, 23, tzinfo=UTC))
KEYS = KeySet.import_key_set(published([KEY]))


def forged(claims: dict[str, Any], key: OKPKey | None = None) -> str:
    good: dict[str, Any] = {
        "iss": "sunlight-identity",
        "sub": "x",
        "name": "x",
        "grants": [["admin", "*"]],
        "exp": int(time.time()) + 60,
    }
    given = {name: value for name, value in {**good, **claims}.items() if value is not None}
    own = key or OKPKey.import_key(dict(KEY.private_key))
    return jwt.encode({"alg": "Ed25519", "kid": KEY.kid}, given, own, algorithms=["Ed25519"])


def test_the_shared_reader_accepts_our_tokens_and_finds_the_same_principal() -> None:
    assert read_token(sign(WHO, KEY, now()), KEYS) == WHO


def test_a_token_says_who_what_and_until_when_and_nothing_more() -> None:
    at = now()
    claims = jwt.decode(sign(WHO, KEY, at), KEYS, algorithms=["Ed25519"]).claims
    assert claims == {
        "iss": "sunlight-identity",
        "sub": "zhang.wei",
        "name": "张伟",
        "grants": [["author", "audit"], ["chief", "*"]],
        "exp": int((at + timedelta(minutes=5)).timestamp()),
    }


def test_a_token_ends_after_five_minutes() -> None:
    read_token(sign(WHO, KEY, now() - timedelta(seconds=290)), KEYS)
    with pytest.raises(NotSignedIn):
        read_token(sign(WHO, KEY, now() - timedelta(seconds=301)), KEYS)


@pytest.mark.parametrize("claims", [{"iss": "other"}, {"iss": None}, {"exp": None}, {"sub": None}, {"grants": None}])
def test_a_token_with_other_claims_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(NotSignedIn):
        read_token(forged(claims), KEYS)


def test_a_token_of_another_key_or_without_signature_is_refused() -> None:
    with pytest.raises(NotSignedIn):
        read_token(forged({}, OKPKey.generate_key("Ed25519")), KEYS)
    head, body, _ = forged({}).split(".")
    with pytest.raises(NotSignedIn):
        read_token(f"{head}.{body}.", KEYS)
    unsigned = urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    for bad in (f"{unsigned}.{body}.", "", "a.b.c", "nonsense"):
        with pytest.raises(NotSignedIn):
            read_token(bad, KEYS)


def test_the_published_keys_have_no_private_part() -> None:
    (key,) = published([KEY])["keys"]
    assert key["kid"] == KEY.kid
    assert set(key) == {"crv", "x", "kty", "kid", "use", "alg"}


async def test_another_service_verifies_by_the_published_keys(service: Service) -> None:
    token = await service.token((Role.AUTHOR, "audit"))
    verifier = TokenVerifier(str(service.http._base_url).rstrip("/"))
    assert (await verifier.verify(token)).grants == {("author", "audit")}


async def test_tokens_of_before_and_after_a_rotation_are_both_accepted(service: Service) -> None:
    before = TokenIssuer(service.engine)
    old = await before.issue(WHO)
    async with service.engine.begin() as connection:
        made = await rotate(SigningKeyStore(connection), now())
    fresh_issuer = TokenIssuer(service.engine)
    new = await fresh_issuer.issue(WHO)
    assert await fresh_issuer.verify(old) == await fresh_issuer.verify(new) == WHO
    published_now = (await TokenIssuer(service.engine).public_keys())["keys"]
    assert len(published_now) == 2
    assert made.kid in {key["kid"] for key in published_now}


async def test_a_process_with_old_keys_learns_a_new_one_when_it_meets_its_token(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("identity.tokens.RELOAD_SECONDS", 0)
    settled = TokenIssuer(service.engine)
    await settled.issue(WHO)
    async with service.engine.begin() as connection:
        await rotate(SigningKeyStore(connection), now())
    assert await settled.verify(await TokenIssuer(service.engine).issue(WHO)) == WHO


async def test_while_the_keys_cannot_be_had_the_old_ones_serve_and_are_asked_for_now_and_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    async def away(verifier: TokenVerifier) -> None:
        asked.append(verifier)
        raise TimeoutError

    verifier = TokenVerifier("http://127.0.0.1:1")
    verifier._keys = KEYS
    verifier._fetched = time.monotonic() - 1000
    monkeypatch.setattr(TokenVerifier, "_fetch", away)
    for _ in range(3):
        assert await verifier.verify(sign(WHO, KEY, now())) == WHO
    assert len(asked) == 1
