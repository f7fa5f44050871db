"""Entrance of the web process and of `flask --app wsgi`."""

import sys

from adapters.process.memory import load_undisturbed, settle

load_undisturbed()

from adapters.encoding import refuse_other_encodings  # noqa: E402, after the line above
from adapters.settings import SettingError, load_settings  # noqa: E402

try:
    _settings = load_settings()
    refuse_other_encodings(_settings)
    from api.app import create_app  # here: what cannot start says so before all of it is loaded

    app = create_app(_settings)
except SettingError as error:
    sys.exit(f"modwatch: {error}")
settle()
