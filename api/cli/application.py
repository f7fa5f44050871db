"""What commands find their parts in: an application without any routes, which take long."""

from __future__ import annotations

from flask import Flask

from adapters.settings import Settings, load_settings
from adapters.telemetry.logs import configure_logs
from api.http.extension import NAME
from services.container import Parts, build_parts


def command_application(settings: Settings | None = None, parts: Parts | None = None) -> Flask:
    """On `settings` (default: the environment's). Raises SettingError."""
    settings = settings or load_settings()
    configure_logs(settings)
    app = Flask("modwatch", static_folder=None)
    app.extensions[NAME] = parts or build_parts(settings)
    return app
