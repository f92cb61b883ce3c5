"""Attachments: bytes under their hash, their type by content, and the text found in them."""
