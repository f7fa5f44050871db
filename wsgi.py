"""Entrance of the web process and of `flask --app wsgi`."""

import sys

from adapters.settings import SettingError
from api.app import create_app

try:
    app = create_app()
except SettingError as error:
    sys.exit(f"modwatch: {error}")
