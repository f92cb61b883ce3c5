"""What must be disclosed, by whom, where and by when: terms, columns, editions, obligations, coverage."""
