"""The edge: one Caddy in front of all services, its configuration drawn from the table of routes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from launcher.programs import Program

MAX_BODY = "64MiB"


@dataclass(frozen=True)
class Route:
    """Requests whose path matches the pattern go to the service; the first match wins."""

    service: str
    pattern: str


ROUTES = (
    Route("search", r"^/api/(search|suggest|items|alerts|feed\.atom)|^/health/fresh$"),
    Route("intake", r"^/api/(requests|deadline|calendar)"),
    Route("catalog", r"^/api/(catalogue|columns|obligations|coverage)"),
    Route("publishing", r"^/api/(documents|submissions|attachments)|^/api/departments/[^/]+/submissions"),
    Route("identity", r"^/api/(identity|departments|staff|token$)|^/\.well-known/jwks\.json$"),
    Route("supervision", r"^/api/supervision"),
)
HIDDEN = r"(?i)^/+(internal|metrics)(/|$)"

_SITE = """{{
\tadmin {admin}
\tpersist_config off
\tauto_https off
\tlog {{
\t\toutput stderr
\t\tlevel WARN
\t}}
}}

(service) {{
\treverse_proxy {{args[:]}} {{
\t\tlb_policy least_conn
\t\tlb_try_duration 3s
\t\tlb_try_interval 100ms
\t\tfail_duration 5s
\t\tmax_fails 2
\t\ttransport http {{
\t\t\tdial_timeout 2s
\t\t\tresponse_header_timeout 60s
\t\t\tkeepalive 30s
\t\t}}
\t}}
}}

http://:{port} {{
\tbind {host}
\tlog {{
\t\toutput {log}
\t\tformat filter {{
\t\t\twrap json
\t\t\tfields {{
\t\t\t\trequest>remote_ip delete
\t\t\t\trequest>remote_port delete
\t\t\t\trequest>client_ip delete
\t\t\t\trequest>headers delete
\t\t\t\tresp_headers delete
\t\t\t\trequest>uri regexp [?].* ""
\t\t\t}}
\t\t}}
\t}}
\theader {{
\t\tX-Content-Type-Options nosniff
\t\tX-Frame-Options DENY
\t\tReferrer-Policy same-origin
\t\tPermissions-Policy "camera=(), geolocation=(), microphone=()"
\t\tCross-Origin-Opener-Policy same-origin
\t\t-Server
\t\t-Via
\t\tdefer
\t}}
\trequest_header -X-Asker
\trequest_body {{
\t\tmax_size {max_body}
\t}}
\t@static path /static/*
\tencode @static zstd gzip

\t@hidden path_regexp {hidden}
\thandle @hidden {{
\t\terror 404
\t}}
{routes}
\thandle {{
\t\timport service {portal}
\t}}
}}
"""


def caddyfile(upstreams: Mapping[str, Sequence[str]], *, host: str, port: int, admin: str, log: str) -> str:
    """The configuration for these upstreams (`host:port` per replica); a service without any answers 502."""
    routes = "\n".join(_handle(route, upstreams[route.service]) for route in ROUTES)
    portal = " ".join(upstreams["portal"])
    return _SITE.format(
        admin=admin,
        host=host,
        port=port,
        log=log,
        max_body=MAX_BODY,
        hidden=HIDDEN,
        routes=routes,
        portal=portal,
    )


def rotated(path: Path) -> str:
    """A log output that keeps at most 80 MiB, readable by its owner."""
    return f'file "{path}" {{\n\t\t\tmode 600\n\t\t\troll_size 20MiB\n\t\t\troll_keep 3\n\t\t}}'


def program(binary: Path, config: Path, home: Path) -> Program:
    command = [str(binary), "run", "--config", str(config), "--adapter", "caddyfile"]
    return Program("caddy", command, {"HOME": str(home), "XDG_DATA_HOME": str(home), "XDG_CONFIG_HOME": str(home)})


def _handle(route: Route, upstreams: Sequence[str]) -> str:
    return (
        f"\t@{route.service} path_regexp {route.pattern}\n"
        f"\thandle @{route.service} {{\n"
        f"\t\timport service {' '.join(upstreams)}\n"
        "\t}"
    )
