"""gunicorn as Modwatch has it: what is refused before the application has a request."""
