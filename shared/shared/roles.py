"""The offices a person or system may hold; free of every framework, so that domains may import it."""

from enum import StrEnum

EVERY_DEPARTMENT = "*"


class Role(StrEnum):
    """A staff member's office, or a system's capability; Chinese labels are in `ROLE_LABELS`."""

    AUTHOR = "author"
    REVIEWER = "reviewer"
    SECRECY_REVIEWER = "secrecy_reviewer"
    APPROVER = "approver"
    REGISTRAR = "registrar"
    HANDLER = "handler"
    CATALOGUE_EDITOR = "catalogue_editor"
    SUPERVISOR = "supervisor"
    CHIEF = "chief"
    OPERATOR = "operator"
    ADMIN = "admin"
    DEPARTMENT_SYSTEM = "department_system"
    SERVICE = "service"


ROLE_LABELS = {
    Role.AUTHOR: "撰稿人",
    Role.REVIEWER: "审核人",
    Role.SECRECY_REVIEWER: "保密审查人",
    Role.APPROVER: "签发人",
    Role.REGISTRAR: "登记人",
    Role.HANDLER: "承办人",
    Role.CATALOGUE_EDITOR: "目录编辑",
    Role.SUPERVISOR: "监督员",
    Role.CHIEF: "负责人",
    Role.OPERATOR: "运维人员",
    Role.ADMIN: "管理员",
    Role.DEPARTMENT_SYSTEM: "部门系统",
    Role.SERVICE: "系统服务",
}

# What only programs hold; nobody can grant it to a person.
SYSTEM_ROLES = frozenset({Role.DEPARTMENT_SYSTEM, Role.SERVICE})


def service_client_id(service: str) -> str:
    """The client a service signs in as when it calls another in its own name."""
    return f"system:{service}"
