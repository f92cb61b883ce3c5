"""Sealing what may not be read at rest, and keyed hashes for what is only compared.

Two suites: `intl` (AES-256-GCM) and `gm` (SM4-GCM); each ciphertext names its suite and key, so both and
several keys can stand side by side. Associated data is the place of the value (table/column/row), so a
ciphertext moved elsewhere does not open.
"""

import base64
import binascii
import hmac
import os
from collections.abc import Callable
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
TAG_BYTES = 16
KEY_BYTES = 32


class CryptoProvider(Protocol):
    """What the service asks of cryptography."""

    def seal(self, text: str, place: str) -> bytes: ...
    def unseal(self, sealed: bytes, place: str) -> str: ...
    def digest(self, purpose: str, value: str) -> bytes: ...
    def matches(self, purpose: str, value: str, digest: bytes) -> bool: ...


class Unreadable(RuntimeError):
    """A sealed value does not open: wrong key, moved, or changed."""


def _aes_seal(key: bytes, nonce: bytes, plain: bytes, place: bytes) -> bytes:
    return AESGCM(key).encrypt(nonce, plain, place)


def _aes_open(key: bytes, nonce: bytes, sealed: bytes, place: bytes) -> bytes:
    return AESGCM(key).decrypt(nonce, sealed, place)


def _sm4_seal(key: bytes, nonce: bytes, plain: bytes, place: bytes) -> bytes:
    cipher = Cipher(algorithms.SM4(key[:16]), modes.GCM(nonce)).encryptor()
    cipher.authenticate_additional_data(place)
    return cipher.update(plain) + cipher.finalize() + cipher.tag


def _sm4_open(key: bytes, nonce: bytes, sealed: bytes, place: bytes) -> bytes:
    body, tag = sealed[:-TAG_BYTES], sealed[-TAG_BYTES:]
    cipher = Cipher(algorithms.SM4(key[:16]), modes.GCM(nonce, tag)).decryptor()
    cipher.authenticate_additional_data(place)
    return cipher.update(body) + cipher.finalize()


Operation = Callable[[bytes, bytes, bytes, bytes], bytes]
SUITES: dict[str, tuple[Operation, Operation]] = {
    "intl": (_aes_seal, _aes_open),
    "gm": (_sm4_seal, _sm4_open),
}


def _derive(secret: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, None, f"sunlight/{purpose}".encode()).derive(secret)


def _secret(encoded: str) -> bytes:
    try:
        secret = base64.b64decode(encoded.strip(), validate=True)
    except binascii.Error as error:
        raise ValueError("SUNLIGHT_DATA_KEY is not base64") from error
    if len(secret) != KEY_BYTES:
        raise ValueError(f"SUNLIGHT_DATA_KEY needs {KEY_BYTES} bytes in base64, not {len(secret)}")
    return secret


class KeyedCrypto:
    """The provider over `data_key`: one key, or several separated by commas of which the first seals.

    `service` enters every derived key, so that two services given the same secret still cannot read each other.

    Raises:
        ValueError: a key is missing or not 32 bytes in base64.
    """

    def __init__(self, data_key: str, service: str, suite: str = "intl") -> None:
        secrets = [_secret(encoded) for encoded in data_key.split(",")]
        self._service = service
        self._secrets = {_derive(secret, f"{service}/key id")[:4].hex(): secret for secret in secrets}
        self._current = next(iter(self._secrets))
        self._suite = suite

    def seal(self, text: str, place: str) -> bytes:
        """`suite.key.` followed by nonce, ciphertext and tag."""
        head = f"{self._suite}.{self._current}."
        nonce = os.urandom(NONCE_BYTES)
        encrypt, _ = SUITES[self._suite]
        key = _derive(self._secrets[self._current], f"{self._service}/seal/{self._suite}")
        return head.encode() + nonce + encrypt(key, nonce, text.encode(), f"{head}{place}".encode())

    def unseal(self, sealed: bytes, place: str) -> str:
        """The text sealed for this place. Raises Unreadable."""
        suite, key_id, body = [*sealed.split(b".", 2), b"", b""][:3]
        operations = SUITES.get(suite.decode("ascii", "replace"))
        secret = self._secrets.get(key_id.decode("ascii", "replace"))
        if operations is None or secret is None:
            raise Unreadable(f"no key or suite for {place}")
        name, head = suite.decode(), f"{suite.decode()}.{key_id.decode()}.{place}".encode()
        nonce, rest = body[:NONCE_BYTES], body[NONCE_BYTES:]
        try:
            return operations[1](_derive(secret, f"{self._service}/seal/{name}"), nonce, rest, head).decode()
        except (InvalidTag, ValueError) as error:
            raise Unreadable(f"{place} does not open") from error

    def digest(self, purpose: str, value: str) -> bytes:
        """A keyed hash under the current key, different for each purpose."""
        return self._mac(self._secrets[self._current], purpose, value)

    def matches(self, purpose: str, value: str, digest: bytes) -> bool:
        """Whether the digest is of this value under any key we hold, in constant time."""
        macs = [self._mac(secret, purpose, value) for secret in self._secrets.values()]
        return sum(hmac.compare_digest(mac, digest) for mac in macs) > 0  # compares all, unlike any()

    def _mac(self, secret: bytes, purpose: str, value: str) -> bytes:
        return hmac.digest(_derive(secret, f"{self._service}/digest/{purpose}"), value.encode(), "sha256")
