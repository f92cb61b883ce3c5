"""How this person wants to see the site: theme, text size, density. Kept in cookies the server reads."""

from dataclasses import dataclass

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse

YEAR = 365 * 24 * 3600
CHOICES = {
    "theme": ("auto", "light", "dark"),
    "text": ("normal", "large"),
    "density": ("comfortable", "compact"),
}


@dataclass(frozen=True)
class Preferences:
    theme: str = "auto"
    text: str = "normal"
    density: str = "comfortable"

    @classmethod
    def of(cls, request: Request) -> "Preferences":
        chosen = {name: request.cookies.get(f"sunlight_{name}", "") for name in CHOICES}
        return cls(**{name: value for name, value in chosen.items() if value in CHOICES[name]})


def local_path(path: str) -> str:
    """A path of this site to go back to; anything else leads home."""
    plain = path.startswith("/") and not path.startswith("//")
    return path if plain and "\\" not in path and path.isprintable() else "/"


router = APIRouter(include_in_schema=False)


@router.post("/preferences")
async def choose(
    request: Request,
    theme: str = Form(""),
    text: str = Form(""),
    density: str = Form(""),
    back: str = Form("/"),
) -> RedirectResponse:
    """Remember a choice and return to where it was made."""
    answer = RedirectResponse(local_path(back), 303)
    secure = request.app.state.secure
    for name, value in {"theme": theme, "text": text, "density": density}.items():
        if value in CHOICES[name]:
            answer.set_cookie(f"sunlight_{name}", value, max_age=YEAR, secure=secure, httponly=True, samesite="lax")
    return answer
