"""For departments' own systems: put documents on the queue, and read what became of them."""

from sunlight_department_client.client import Action, DepartmentClient, NotSent

__all__ = ["Action", "DepartmentClient", "NotSent"]
