"""`sunlight publish` and `sunlight withdraw`."""

import time
from pathlib import Path
from typing import Any

from sunlight.http import Api, public
from sunlight.installation import CommandError, Installation
from sunlight.reading import Submission, read_file
from sunlight.sending import Via, open_gateway, send_all, upload_attachments
from sunlight.waiting import until_searchable


async def publish_files(
    installation: Installation,
    paths: list[Path],
    department: str,
    kind: str | None,
    title: str | None,
    via: Via,
    wait: bool,
) -> list[dict[str, Any]]:
    """Send files through the gateway; with `wait`, until each is found. One result per file, in order.

    Raises:
        CommandError: a file cannot be read; then nothing was sent.
    """
    submissions = _read(paths, kind, title)
    files = {submission.external_id: path for submission, path in zip(submissions, paths, strict=True)}
    async with Api(installation, installation.department(department)) as api:
        submissions = [await upload_attachments(api, submission) for submission in submissions]
        results: dict[str, dict[str, Any]] = {}
        started = time.monotonic()
        async with open_gateway(installation, department, via) as gateway:
            async for submission, outcome in send_all(gateway, submissions):
                results[submission.external_id] = {"file": str(files[submission.external_id]), **outcome}
        if wait:
            for result in results.values():
                await _wait_for(installation, result, started)
    return [results[submission.external_id] for submission in submissions]


def _read(paths: list[Path], kind: str | None, title: str | None) -> list[Submission]:
    if title and len(paths) > 1:
        raise CommandError("--title 只能用于一个文件")
    submissions = [read_file(path, kind, title) for path in paths]
    if len({submission.external_id for submission in submissions}) < len(paths):
        raise CommandError("两个文件的外部编号（文件名）相同，请分开发布或改名")
    return submissions


async def _wait_for(installation: Installation, result: dict[str, Any], since: float) -> None:
    if result["status"] == "rejected" or not result.get("version"):
        return
    async with public(installation) as api:
        seconds = await until_searchable(api, result["document_id"], result["version"], since)
    result["searchable_seconds"] = round(seconds, 3)


async def withdraw_document(installation: Installation, document: str, reason: str) -> dict[str, Any]:
    """Withdraw a published document as the department system that published it."""
    async with public(installation) as api:
        found = await api.get("publishing", f"/api/documents/{document}")
    if not found.get("external_id"):
        raise CommandError("这份文件不是由部门系统发布的，请在控制台撤回")
    sequence = time.time_ns() // 1_000_000
    submission = Submission("withdraw", found["external_id"], sequence, {"reason": reason})
    async with open_gateway(installation, found["department"], "amqp") as gateway:
        return await gateway.send(submission)
