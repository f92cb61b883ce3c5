"""Publish a department's documents through Sunlight's queue, from the department's own system."""

from sunlight_department_client.client import DepartmentClient, NotSent

__all__ = ["DepartmentClient", "NotSent"]
