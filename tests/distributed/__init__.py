"""What Citus takes and what it refuses, held against the statements that we execute."""
