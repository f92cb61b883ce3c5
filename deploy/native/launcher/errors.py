"""What stops the launcher."""


class LaunchError(Exception):
    """One sentence for the person at the terminal: what is wrong, and what mends it."""
