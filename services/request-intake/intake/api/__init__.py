"""HTTP: the public's desk, the staff's desk, and the calendar."""
