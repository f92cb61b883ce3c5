"""The HTTP side of the identity service, one router per subject."""
