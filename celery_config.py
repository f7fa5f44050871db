"""Entrance of workers, beat and Flower: `celery -A celery_config`."""

import sys

from adapters.process.memory import load_undisturbed, settle
from adapters.settings import SettingError, load_settings
from adapters.telemetry.logs import take_over_python_logs
from adapters.telemetry.shared_counts import count_together

load_undisturbed()
try:
    _settings = load_settings()
    if "flower" not in sys.argv[1:]:  # Flower has numbers of its own, at an address of its own
        count_together(_settings.data_dir)
    # Before Celery says a word.
    take_over_python_logs(_settings)
    from adapters.encoding import refuse_other_encodings
    from workers.app import create_celery  # here, since what counts asks where when it is imported

    refuse_other_encodings(_settings)
    app = create_celery(_settings)
except SettingError as error:
    sys.exit(f"modwatch: {error}")
settle()
