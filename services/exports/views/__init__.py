"""What rows each view has: from the queries that the page's answers are made from."""
