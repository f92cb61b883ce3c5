"""`sunlight sample load`: a folder of sample data through the same APIs an office would use.

Each step looks first and creates only what is missing, so an interrupted load is simply run again.
"""

import secrets
from pathlib import Path
from typing import Any

import yaml

from shared.roles import ROLE_LABELS, Role
from sunlight.http import Answer, Api, operator
from sunlight.installation import CommandError, Installation
from sunlight.reading import Submission, read_file
from sunlight.sending import open_gateway, send_all, upload_attachments

PASSWORD_BYTES = 16


async def load_sample(installation: Installation, folder: Path) -> dict[str, int]:
    """Load departments, staff, columns, obligations, the catalogue and documents; how many were new.

    Raises:
        CommandError: a file is missing, or a service refused an entry.
    """
    async with operator(installation) as api:
        counts = {
            "部门": await _departments(api, installation, _read(folder, "departments.yaml")["departments"]),
            "人员": await _staff(api, installation, _read(folder, "staff.yaml")["staff"]),
            "栏目": await _columns(api, _read(folder, "columns.yaml")["columns"]),
            "目录事项": await _catalogue(api, _read(folder, "catalogue-2018.yaml")),
            "任务": await _obligations(api, _read(folder, "plan-2018.yaml")),
        }
    counts["文件"] = await _documents(installation, folder / "documents")
    return counts


def _read(folder: Path, name: str) -> Any:
    try:
        return yaml.safe_load((folder / name).read_text())
    except FileNotFoundError as error:
        raise CommandError(f"样例缺少文件 {folder / name}") from error


def _without(entry: dict[str, Any], name: str) -> dict[str, Any]:
    """The entry less what its address already says."""
    return {key: value for key, value in entry.items() if key != name}


async def _missing(api: Api, service: str, path: str) -> bool:
    try:
        await api.get(service, path)
    except Answer as answer:
        if answer.status == 404:
            return True
        raise
    return False


async def _departments(api: Api, installation: Installation, departments: list[dict[str, Any]]) -> int:
    new = 0
    for department in departments:
        path = f"/api/departments/{department['code']}"
        if await _missing(api, "identity", path):
            await api.call("PUT", "identity", path, json={"name": department["name"], "active": True})
            new += 1
        for system in department["systems"]:
            await _system(api, installation, department["code"], system)
    return new


async def _system(api: Api, installation: Installation, code: str, system: dict[str, Any]) -> None:
    """Register a system and keep its secrets, which are shown only once."""
    kept = installation.credentials()
    if code not in kept.get("departments", {}):
        account = await api.call("POST", "identity", f"/api/departments/{code}/systems", json=system)
        kept.setdefault("departments", {})[code] = account
        installation.keep_credentials(kept)


async def _staff(api: Api, installation: Installation, staff: list[dict[str, Any]]) -> int:
    kept = installation.credentials()
    known = {person["username"] for person in kept.get("staff", [])}
    new = [person for person in staff if person["username"] not in known]
    for person in new:
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        body = {"name": person["name"], "grants": person["grants"], "password": password, "active": True}
        await api.call("PUT", "identity", f"/api/staff/{person['username']}", json=body)
        roles = "、".join(dict.fromkeys(ROLE_LABELS[Role(role)] for role, _ in person["grants"]))
        entry = {"username": person["username"], "password": password, "name": person["name"], "role": roles}
        kept.setdefault("staff", []).append(entry)
        installation.keep_credentials(kept)
    return len(new)


async def _columns(api: Api, columns: list[dict[str, Any]]) -> int:
    present = {column["code"] for column in (await api.get("catalog", "/api/columns"))["items"]}
    new = [column for column in columns if column["code"] not in present]
    for column in new:
        await api.call("PUT", "catalog", f"/api/columns/{column['code']}", json=_without(column, "code"))
    return len(new)


async def _catalogue(api: Api, edition: dict[str, Any]) -> int:
    """Draft and publish the edition unless there is one."""
    present = (await api.get("catalog", "/api/catalogue/editions"))["items"]
    if any(found["status"] == "published" for found in present):
        return 0
    drafts = [found["edition"] for found in present]
    if not drafts:
        drafts = [(await api.call("POST", "catalog", "/api/catalogue/editions", json=edition))["edition"]]
    await api.call("POST", "catalog", f"/api/catalogue/editions/{drafts[0]}/publish", headers={"If-Match": '"1"'})
    return len(edition["items"])


async def _obligations(api: Api, plan: dict[str, Any]) -> int:
    present = {found["id"] for found in (await api.get("catalog", "/api/obligations", limit=100))["items"]}
    new = [obligation for obligation in plan["obligations"] if obligation["id"] not in present]
    for obligation in new:
        source = {"source": plan["source"]["name"], "department": plan["source"]["department"]}
        body = {**source, **_without(obligation, "id")}
        await api.call("PUT", "catalog", f"/api/obligations/{obligation['id']}", json=body)
    return len(new)


async def _documents(installation: Installation, folder: Path) -> int:
    """Send every document through its department's gateway; how many were accepted as new."""
    by_department: dict[str, list[Submission]] = {}
    for path in sorted(folder.glob("*.md")):
        submission = read_file(path, None, None)
        by_department.setdefault(str(submission.body.pop("department")), []).append(submission)
    new = 0
    for department, submissions in by_department.items():
        new += await _send(installation, department, submissions)
    return new


async def _send(installation: Installation, department: str, submissions: list[Submission]) -> int:
    accepted = 0
    async with Api(installation, installation.department(department)) as api:
        ready = [await upload_attachments(api, submission) for submission in submissions]
    async with open_gateway(installation, department, "amqp") as gateway:
        async for submission, outcome in send_all(gateway, ready):
            if outcome["status"] == "rejected":
                problems = "；".join(f"{error['field']} {error['message']}" for error in outcome["errors"])
                raise CommandError(f"样例文件 {submission.external_id} 被退回：{problems}")
            accepted += outcome["status"] == "accepted"
    return accepted
