"""When people last looked at a server."""
