"""Automatic checks before release (先审查、后公开): what a text holds that the public must not, or should not, read."""
