"""Everything a question finds, as a list to take away: a feed to follow, a table to keep, an alert to receive."""
