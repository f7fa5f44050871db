"""Entrance of workers, beat and Flower: `celery -A celery_config`."""

import sys

from adapters.settings import SettingError, load_settings
from workers.app import create_celery

try:
    app = create_celery(load_settings())
except SettingError as error:
    sys.exit(f"modwatch: {error}")
