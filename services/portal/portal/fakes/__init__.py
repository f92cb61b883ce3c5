"""Invented services, in memory, answering the contracts the clients are written against.

They let every page be built, tested and looked at without a database, broker or index; the clients talk
to them over real HTTP, so the same shape tests can be pointed at the real services.
"""
