"""What editors and readers together make of search: best bets, vocabulary, and a query log that knows nobody."""
