"""Since your last visit: what happened while a person was away."""
