"""Saved-search alerts: people are told by e-mail of newly published documents their search would find."""
