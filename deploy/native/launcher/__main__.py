"""The launcher's command line: `python -m launcher up`."""

import sys

from launcher.errors import LaunchError
from launcher.progress import Progress
from launcher.stack import Stack, up_infrastructure


def main() -> int:
    try:
        stack = Stack.from_environment()
        if sys.argv[1] == "up":
            up_infrastructure(stack, Progress())
        if sys.argv[1] == "down":
            stack.supervisor.stop()
    except LaunchError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
