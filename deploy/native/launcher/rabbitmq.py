"""RabbitMQ from the distribution's package, run as the calling user with folders and ports of its own."""

from pathlib import Path

import aiohttp

from launcher.layout import Layout, write_private
from launcher.ports import Ports
from launcher.programs import Program
from launcher.vault import Vault

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
EPMD = Path("/usr/bin/epmd")
NODE = "sunlight@localhost"
PLUGINS = "[rabbitmq_management,rabbitmq_prometheus]."

_SETTINGS = """listeners.tcp.1 = 127.0.0.1:{amqp}
management.tcp.ip = 127.0.0.1
management.tcp.port = {management}
prometheus.tcp.ip = 127.0.0.1
prometheus.tcp.port = {prometheus}
default_vhost = {vhost}
default_user = admin
default_pass = {password}
default_user_tags.administrator = true
loopback_users.admin = true
vm_memory_high_watermark.absolute = 1GiB
disk_free_limit.absolute = 200MB
raft.wal_max_size_bytes = 67108864
log.console = true
log.console.level = info
log.file = false
"""


def epmd_program(ports: Ports) -> Program:
    """The Erlang port mapper, supervised so that `down` ends it too."""
    command = [str(EPMD), "-address", "127.0.0.1", "-port", str(ports["epmd"])]
    return Program("epmd", command, priority=5)


def program(layout: Layout, ports: Ports, vault: Vault, vhost: str) -> Program:
    """Write the configuration and describe the broker process."""
    folder = layout.state / "rabbitmq"
    for name in ("home", "mnesia", "log"):
        (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = _SETTINGS.format(
        amqp=ports["amqp"],
        management=ports["rabbitmq_management"],
        prometheus=ports["rabbitmq_prometheus"],
        vhost=vhost,
        password=vault.rabbitmq["admin"],
    )
    write_private(folder / "rabbitmq.conf", settings)
    write_private(folder / "enabled_plugins", PLUGINS)
    write_private(folder / "rabbitmq-env.conf", "")
    _write_cookie(folder / "home" / ".erlang.cookie", vault.erlang_cookie)
    return Program("rabbitmq", [str(SERVER)], environment(folder, ports), stop_seconds=60, priority=20)


def environment(folder: Path, ports: Ports) -> dict[str, str]:
    """What keeps this node apart from any other on the machine; also what rabbitmqctl needs to reach it."""
    return {
        "HOME": str(folder / "home"),
        "RUNNING_UNDER_SYSTEMD": "true",  # no wrapper shell: the supervised process is the broker itself
        "RABBITMQ_NODENAME": NODE,
        "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_FEATURE_FLAGS_FILE": str(folder / "feature_flags"),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_DIST_PORT": str(ports["rabbitmq_distribution"]),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        "ERL_EPMD_PORT": str(ports["epmd"]),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_AFLAGS": "-start_epmd false",  # the supervisor starts it; nobody else may
        "LANG": "C.UTF-8",
    }


async def answers(management_url: str, amqp_port: int) -> bool:
    """Whether the management API signs us in and the broker listens for AMQP."""
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as session:
            url = f"{management_url}/api/health/checks/port-listener/{amqp_port}"
            async with session.get(url) as response:
                return response.status == 200
    except (aiohttp.ClientError, OSError, TimeoutError):
        return False


def _write_cookie(path: Path, cookie: str) -> None:
    if write_private(path, cookie):
        path.chmod(0o400)
