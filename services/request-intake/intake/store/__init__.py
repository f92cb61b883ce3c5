"""The tables of the service, and loading and saving through the caller's connection."""
