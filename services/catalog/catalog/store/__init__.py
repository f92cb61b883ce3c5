"""Tables, and loading and saving through the caller's connection."""
