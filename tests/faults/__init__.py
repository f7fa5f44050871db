"""Real processes, killed with real signals while clients go on."""
