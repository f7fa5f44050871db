"""What Celery runs."""
