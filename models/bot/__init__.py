"""What bots are told of decisions."""
