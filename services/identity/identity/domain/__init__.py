"""Who exists and what they may do: departments and their systems, staff, sign-in."""
