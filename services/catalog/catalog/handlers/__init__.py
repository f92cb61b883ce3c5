"""One function per use case or incoming event; `ports` says what they need."""
