"""The launcher's command line: `python -m launcher up`, and what else the Makefile calls."""

import argparse
import asyncio
import contextlib
import fcntl
import json
import os
import sys
from collections.abc import Callable, Iterator

from launcher import composition, status
from launcher.errors import LaunchError
from launcher.layout import read_json
from launcher.prerequisites import BROWSER, FONTS, ensure_packages
from launcher.progress import Progress
from launcher.replicas import installed
from launcher.services import BY_NAME, Role
from launcher.stack import Stack
from launcher.up import start_services, up, up_infrastructure

EXIT_DOWN = 3  # as service managers answer `status` for something that does not run


def main() -> int:
    arguments = _parser().parse_args()
    command: Callable[[Stack, argparse.Namespace], int] = arguments.run
    try:
        return command(Stack.from_environment(), arguments)
    except LaunchError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(
            f"The machine refused: {error.strerror or error} ({error.filename or 'no file'}).",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        return 130


def _up(stack: Stack, arguments: argparse.Namespace) -> int:
    with _alone(stack):
        if arguments.infra_only:
            up_infrastructure(stack, Progress())
            return 0
        up(stack, Progress())
    _welcome(stack)
    return 0


def _down(stack: Stack, _: argparse.Namespace) -> int:
    print("Stopped." if stack.supervisor.stop() else "Nothing was running.")
    return 0


def _status(stack: Stack, arguments: argparse.Namespace) -> int:
    found = asyncio.run(status.lines(stack))
    if arguments.json:
        print(json.dumps(status.as_json(found), indent=2))
    elif found:
        status.show(found)
    else:
        print("Sunlight is down; make up starts it.")
    return 0 if found else EXIT_DOWN


def _logs(stack: Stack, arguments: argparse.Namespace) -> int:
    files = sorted(str(path) for path in stack.layout.logs.glob(f"{arguments.service or ''}*.log"))
    if not files:
        raise LaunchError(f"There is no log of {arguments.service or 'anything'} in {stack.layout.logs}.")
    os.execvp("tail", ["tail", "-n", "40", "-F", *files])


def _scale(stack: Stack, arguments: argparse.Namespace) -> int:
    wanted: dict[Role, int | None] = {"api": arguments.apis, "worker": arguments.workers}
    counts = {role: count for role, count in wanted.items() if count is not None}
    with _alone(stack):
        stack.scale.choose(arguments.service, counts)
        if stack.supervisor.is_running():
            start_services(stack, installed(stack.layout))
    service = BY_NAME[arguments.service]
    print(", ".join(f"{stack.scale.count(service, role)} {role}" for role in service.roles))
    return 0


def _browser(_: Stack, __: argparse.Namespace) -> int:
    ensure_packages([BROWSER, FONTS])
    return 0


def _compose_env(stack: Stack, _: argparse.Namespace) -> int:
    print(f"Settings and secrets for docker-compose.yml are in {composition.write(stack)}.")
    return 0


def _setup(_: Stack, __: argparse.Namespace) -> int:
    asyncio.run(composition.setup(os.environ))
    return 0


@contextlib.contextmanager
def _alone(stack: Stack) -> Iterator[None]:
    """Let a second `up` or `scale` on the same state wait for the first."""
    stack.layout.prepare()
    with (stack.layout.state / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _welcome(stack: Stack) -> None:
    print(f"\nSunlight is ready at {stack.addresses.public_url}")
    file = stack.layout.state / "credentials.json"
    kept = read_json(file)
    people = [kept["admin"]] if "admin" in kept else []
    for person in [*people, *kept.get("staff", [])]:
        print(
            f"  {person['username']:26} {person['password']:46} {person.get('role', '管理员')} {person.get('name', '')}"
        )
    if kept:
        print(f"These sign-ins, and those of departments' systems, are kept in {file} (mode 600).")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="launcher", description="The whole stack on one machine.")
    commands = parser.add_subparsers(required=True)

    def command(name: str, run: Callable[[Stack, argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text)
        added.set_defaults(run=run)
        return added

    command("up", _up, "start everything").add_argument("--infra-only", action="store_true")
    command("down", _down, "stop everything")
    command("status", _status, "show programs, ports and health").add_argument("--json", action="store_true")
    command("logs", _logs, "follow logs").add_argument("service", nargs="?")
    scale = command("scale", _scale, "change the replicas of a service")
    scale.add_argument("service")
    scale.add_argument("--apis", type=int)
    scale.add_argument("--workers", type=int)
    command("browser", _browser, "install the browser of the tests")
    command("compose-env", _compose_env, "write the settings of docker-compose.yml")
    command("setup", _setup, "inside compose: databases, topology, migrations")
    return parser


if __name__ == "__main__":
    sys.exit(main())
