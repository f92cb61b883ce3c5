"""Typed clients of the services; `Services` is what the pages see."""
