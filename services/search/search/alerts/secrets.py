"""What of an alert is secret: the address at rest, and the links that only its reader holds.

A link's token is its subscription's id with a keyed hash, so that none needs to be kept: who reads the
database cannot confirm or stop, and a mail written again after a crash holds the same links.
"""

import base64
import binascii
from datetime import datetime
from uuid import UUID

from email_validator import EmailNotValidError, validate_email

from search.alerts.domain import LinkInvalid, NotAnAddress, Subscription
from shared.crypto import CryptoProvider

ID_BYTES = 16
ADDRESS, CONFIRM, STOP = "alert address", "alert confirmation", "alert stop"


def read_address(typed: str) -> str:
    """The address as mail servers take it, lower case, so that one mailbox is one address. Raises NotAnAddress."""
    try:
        found = validate_email(typed.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise NotAnAddress(field="email") from None  # its text repeats what was typed
    return (found.ascii_email or found.normalized).lower()


class Secrets:
    """Seals addresses, and makes and reads the tokens of links."""

    def __init__(self, crypto: CryptoProvider) -> None:
        self._crypto = crypto

    def digest(self, address: str) -> bytes:
        return self._crypto.digest(ADDRESS, address)

    def seal(self, subscription: UUID, address: str) -> bytes:
        return self._crypto.seal(address, _place(subscription))

    def unseal(self, subscription: UUID, sealed: bytes) -> str:
        return self._crypto.unseal(sealed, _place(subscription))

    def stop_token(self, subscription: UUID) -> str:
        """Good for as long as the subscription lives."""
        return _token(subscription, self._crypto.digest(STOP, str(subscription)))

    def confirm_token(self, subscription: UUID, until: datetime) -> str:
        """Good until then, and void as soon as a newer one is made."""
        return _token(subscription, self._crypto.digest(CONFIRM, _asked(subscription, until)))

    def to_stop(self, token: str) -> UUID:
        """The subscription a link may stop, there or not any more. Raises LinkInvalid."""
        subscription, digest = split(token)
        if not self._crypto.matches(STOP, str(subscription), digest):
            raise LinkInvalid(field="token")
        return subscription

    def confirms(self, token: str, subscription: Subscription, at: datetime) -> bool:
        """Whether this link confirms the subscription now."""
        _, digest = split(token)
        asked = _asked(subscription.id, subscription.confirm_until)
        return self._crypto.matches(CONFIRM, asked, digest) and at <= subscription.confirm_until


def split(token: str) -> tuple[UUID, bytes]:
    """Id and keyed hash of a token. Raises LinkInvalid for what we did not make."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        return UUID(bytes=raw[:ID_BYTES]), raw[ID_BYTES:]
    except (ValueError, binascii.Error) as error:
        raise LinkInvalid(field="token") from error


def _token(subscription: UUID, digest: bytes) -> str:
    return base64.urlsafe_b64encode(subscription.bytes + digest).decode().rstrip("=")


def _asked(subscription: UUID, until: datetime) -> str:
    return f"{subscription}/{until.timestamp():.6f}"


def _place(subscription: UUID) -> str:
    return f"alert_subscriptions/address/{subscription}"
