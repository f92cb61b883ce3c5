"""Use cases of publishing: one function each, with the Protocols it needs above it; none commits."""
