"""One stylesheet and one script, bundled from the components at start and named by their content."""

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

from portal.refusals import Missing
from portal.translations import N_

UI = Path(__file__).parent / "ui"
FOREVER = "public, max-age=31536000, immutable"
DARK_BLOCK = re.compile(r':root\[data-theme="dark"\]\s*\{([^}]*)\}')


@dataclass(frozen=True)
class Asset:
    name: str
    media_type: str
    content: bytes
    packed: bytes

    @classmethod
    def of(cls, stem: str, suffix: str, media_type: str, text: str) -> "Asset":
        content = text.encode()
        name = f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{suffix}"
        return cls(name, media_type, content, gzip.compress(content, 9, mtime=0))

    @property
    def url(self) -> str:
        return f"/assets/{self.name}"


def follow_the_system(css: str) -> str:
    """Repeat the dark theme's tokens for people whose system is dark and who chose no theme here."""
    dark = DARK_BLOCK.search(css)
    if dark is None:
        return css
    system = f'@media screen and (prefers-color-scheme:dark){{:root:not([data-theme="light"]){{{dark[1]}}}}}'
    return css.replace(dark[0], f"@media screen{{{dark[0]}}}{system}")


def squeeze(css: str) -> str:
    """Without comments and needless white space."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r"\s*([{};,>])\s*", r"\1", css).replace(";}", "}").strip()


def stylesheet() -> str:
    """tokens, base, components by name, print last."""
    first = [UI / "tokens.css", UI / "base.css", UI / "layout.css"]
    parts = [*first, *sorted(UI.glob("*/style.css")), UI / "print.css"]
    return squeeze("\n".join(follow_the_system(part.read_text()) for part in parts))


def script() -> str:
    """The custom elements; each file is a block of its own."""
    return "\n".join(f"{{\n{part.read_text()}}}" for part in sorted((UI / "elements").glob("*.js")))


class Assets:
    """The bundle of this process."""

    def __init__(self) -> None:
        self.css = Asset.of("sunlight", "css", "text/css; charset=utf-8", stylesheet())
        self.js = Asset.of("sunlight", "js", "text/javascript; charset=utf-8", script())
        self.icon = Asset.of("sun", "svg", "image/svg+xml", (UI / "sun.svg").read_text())
        self._by_name = {asset.name: asset for asset in (self.css, self.js, self.icon)}

    def answer(self, name: str, accepts_gzip: bool) -> Response:
        asset = self._by_name.get(name)
        if asset is None:
            raise Missing({"title": N_("没有这个文件")})
        headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
        if accepts_gzip:
            headers["Content-Encoding"] = "gzip"
        return Response(asset.packed if accepts_gzip else asset.content, headers=headers, media_type=asset.media_type)


router = APIRouter(include_in_schema=False)


@router.get("/assets/{name}")
async def asset(name: str, request: Request) -> Response:
    assets: Assets = request.app.state.assets
    return assets.answer(name, "gzip" in request.headers.get("accept-encoding", ""))


@router.get("/favicon.ico")
async def favicon(request: Request) -> Response:
    assets: Assets = request.app.state.assets
    return assets.answer(assets.icon.name, False)
