"""Entrance of workers, beat and Flower: `celery -A celery_config`."""

import sys

from adapters.settings import SettingError, load_settings
from adapters.shared_counts import count_together

try:
    _settings = load_settings()
    count_together(_settings.data_dir)
    from workers.app import create_celery  # here, since what counts asks where when it is imported

    app = create_celery(_settings)
except SettingError as error:
    sys.exit(f"modwatch: {error}")
