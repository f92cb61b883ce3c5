"""The pages of the staff."""

from fastapi import APIRouter

routers: list[APIRouter] = []
