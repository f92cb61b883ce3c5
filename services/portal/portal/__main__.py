"""`python -m portal api` serves the portal; `preview` serves it over invented services."""

from portal.app import api
from portal.fakes.preview import preview
from shared.process import main

main("portal", api, commands={"preview": preview})
