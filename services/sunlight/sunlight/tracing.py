"""`sunlight trace`: where a document or request has been, across every service."""

import asyncio
from typing import Any
from urllib.parse import quote

from sunlight.http import Answer, Api
from sunlight.installation import SERVICES, CommandError


async def trace(api: Api, subject: str) -> list[dict[str, Any]]:
    """Every sighting of the subject, oldest first, each with its service.

    Raises:
        CommandError: no service has seen it.
    """
    if not subject.strip():
        raise CommandError("请给出文件或申请的编号")
    answers = await asyncio.gather(*(_ask(api, service, subject) for service in SERVICES))
    entries = sorted((entry for answer in answers for entry in answer), key=lambda entry: str(entry["at"]))
    if not any(entry["stage"] != "away" for entry in entries):
        raise CommandError(f"没有任何服务见过 {subject}")
    return entries


async def _ask(api: Api, service: str, subject: str) -> list[dict[str, Any]]:
    try:
        entries = await api.get(service, f"/internal/trace/{quote(subject, safe='')}")
    except Answer:
        raise
    except CommandError as error:
        return [{"at": "", "service": service, "stage": "away", "event_id": "", "what": str(error)}]
    return [{"service": service, **entry} for entry in entries]
