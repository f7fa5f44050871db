"""Real servers that tests run against, each with its own data and gone with the tests."""
