"""Where documents are kept: PostgreSQL through the caller's connection, one transaction per use case."""
