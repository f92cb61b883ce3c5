"""Rebuilding the index beside the live one, and going back."""
