"""What `make` runs: small programs for building, running and checking Modwatch."""
