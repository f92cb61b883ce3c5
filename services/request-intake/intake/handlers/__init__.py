"""One function per use case or incoming event; none commits."""
