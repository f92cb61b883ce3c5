"""Figures of the running stack, each beside the raw engine's in the same run: `make bench`."""
