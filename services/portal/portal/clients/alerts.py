"""Alerts of the search service: asked for, confirmed and stopped by their reader, without an account; counted."""

from urllib.parse import urlencode

from pydantic import Field

from portal.clients.transport import Service, Shape, shaped

Pairs = list[tuple[str, str]]


class Alert(Shape):
    """What the holder of a link may see: what it is about, never the address. `state` is pending or active;
    `frequencies` are what may be chosen, with labels.
    """

    description: str = ""
    frequency_label: str = ""
    state: str = ""
    stopped: bool = False
    params: Pairs = Field(default_factory=list)
    frequencies: Pairs = Field(default_factory=list)


class AlertCounts(Shape):
    """How many, and nothing more. Ended (stopped, unconfirmed, refused): of thirty days; sent and failed: of a day."""

    offered: bool = True
    active: int = 0
    pending: int = 0
    stopped: int = 0
    unconfirmed: int = 0
    refused: int = 0
    letters_waiting: int = 0
    letters_sent: int = 0
    letters_failed: int = 0


class Alerts(Service):
    async def preview(self, pairs: Pairs) -> Alert:
        """What an alert with these parameters of a search would be about."""
        return shaped(Alert, self.name, (await self.get(f"/api/alerts/preview?{urlencode(pairs)}")).body)

    async def subscribe(self, email: str, frequency: str, pairs: Pairs) -> None:
        await self.post("/api/alerts", {"email": email, "frequency": frequency, "params": pairs})

    async def to_confirm(self, token: str) -> Alert:
        return shaped(Alert, self.name, (await self.get("/api/alerts/confirm", {"token": token})).body)

    async def confirm(self, token: str) -> None:
        await self.post("/api/alerts/confirm", {"token": token})

    async def to_stop(self, token: str) -> Alert:
        return shaped(Alert, self.name, (await self.get("/api/alerts/subscription", {"token": token})).body)

    async def stop(self, token: str) -> None:
        await self.post(f"/api/alerts/stop?{urlencode({'token': token})}")

    async def counts(self, token: str) -> AlertCounts:
        """For staff."""
        return shaped(AlertCounts, self.name, (await self.get("/internal/alerts", token=token)).body)
