"""What a person does with an alert: ask for it, confirm it, stop it. None of it tells whose address is known."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from search.alerts.domain import (
    CONFIRM_WITHIN,
    CONFIRMATIONS_A_PERIOD,
    LIMIT_PERIOD,
    MOST_ALERTS,
    Ending,
    Frequency,
    LinkInvalid,
    NothingToLookFor,
    Purpose,
    State,
    Subscription,
)
from search.alerts.secrets import Secrets, read_address, split
from search.lists.listing import Listing
from shared.events import new_id


class Book(Protocol):
    """The subscriptions, over one transaction."""

    async def lock_address(self, digest: bytes) -> None: ...
    async def count(self, digest: bytes) -> int: ...
    async def confirmations_since(self, digest: bytes, since: datetime) -> int: ...
    async def find(self, digest: bytes, listing: Listing, frequency: Frequency) -> Subscription | None: ...
    async def add(
        self, subscription: Subscription, listing: Listing, digest: bytes, sealed: bytes, at: datetime
    ) -> None: ...
    async def renew(self, subscription: UUID, until: datetime) -> None: ...
    async def get(self, subscription: UUID, *, lock: bool = False) -> Subscription | None: ...
    async def activate(self, subscription: Subscription, at: datetime) -> None: ...
    async def delete(self, subscription: UUID, ending: Ending) -> bool: ...
    async def write_letter(self, subscription: UUID, purpose: Purpose, at: datetime) -> UUID: ...


def check(listing: Listing, email: str) -> str:
    """The address to write to. Raises NotAnAddress, NothingToLookFor."""
    if listing.asks_nothing():
        raise NothingToLookFor(field="q")
    return read_address(email)


async def subscribe(
    listing: Listing, address: str, frequency: Frequency, description: str, at: datetime, book: Book, secrets: Secrets
) -> None:
    """Write a confirmation mail, unless this address has had too many; the caller answers the same in any case.

    A question that is already asked or confirmed by this address gets a fresh confirmation mail: so nothing an
    onlooker sees depends on what is held.
    """
    digest = secrets.digest(address)
    await book.lock_address(digest)
    if await book.confirmations_since(digest, at - LIMIT_PERIOD) >= CONFIRMATIONS_A_PERIOD:
        return
    held, until = await book.find(digest, listing, frequency), at + CONFIRM_WITHIN
    if held is not None:
        await book.renew(held.id, until)
        await book.write_letter(held.id, Purpose.CONFIRM, at)
    elif await book.count(digest) < MOST_ALERTS:
        made = Subscription(new_id(), listing.params(), description, frequency, State.PENDING, until)
        await book.add(made, listing, digest, secrets.seal(made.id, address), at)
        await book.write_letter(made.id, Purpose.CONFIRM, at)


async def to_confirm(token: str, at: datetime, book: Book, secrets: Secrets) -> Subscription:
    """The subscription a confirmation link is about, which may be active already. Raises LinkInvalid."""
    subscription = await book.get(split(token)[0], lock=True)
    if subscription is None or not secrets.confirms(token, subscription, at):
        raise LinkInvalid(field="token")
    return subscription


async def confirm(token: str, at: datetime, book: Book, secrets: Secrets) -> Subscription:
    """Make it active, once: the link changes nothing the second time. Raises LinkInvalid."""
    subscription = await to_confirm(token, at, book, secrets)
    if subscription.state is State.PENDING:
        await book.activate(subscription, at)
    return subscription


async def to_stop(token: str, book: Book, secrets: Secrets) -> Subscription | None:
    """The subscription a stop link is about; None when it is stopped already. Raises LinkInvalid."""
    return await book.get(secrets.to_stop(token))


async def stop(token: str, book: Book, secrets: Secrets) -> bool:
    """Forget the subscription and its address; whether it was still there. Raises LinkInvalid."""
    return await book.delete(secrets.to_stop(token), Ending.STOPPED)
