"""What pencil and paper could work out: pure functions, no I/O, the clock passed in."""
