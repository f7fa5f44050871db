"""The web application, put together. No connection is opened here."""

from __future__ import annotations

from flask import Flask

from adapters.live_limit import LiveLimit
from adapters.logs import configure_logs
from adapters.settings import Settings, load_settings
from adapters.version import VERSION
from api import (
    appeals,
    audit_log,
    auth,
    bots,
    cli,
    dashboard,
    deduplication,
    docs_page,
    guild_settings,
    health,
    ingest,
    live,
    members,
    notifications,
    snapshots,
    tokens,
    violations,
    warnings,
)
from api.background import Background
from api.errors import install_errors
from api.extension import NAME
from api.fast_reads import FastReads
from api.guard import install_login, refuse_undeclared
from api.live import install_live
from api.live_hub import LiveHub
from api.live_socket import text_frame
from api.metrics import install_metrics
from api.openapi_document import DocumentedApi
from api.prefixes import unversioned_api
from api.rate_limits import install_rate_limits
from api.request_log import RequestLog, install_request_log
from api.same_origin import install_same_origin
from api.security import install_security
from services.parts import Parts, build_parts
from services.relay import Relay

API_BLUEPRINTS = (
    snapshots,
    violations,
    warnings,
    appeals,
    guild_settings,
    tokens,
    audit_log,
    members,
    notifications,
    deduplication,
    ingest,
    bots,
    auth,
    live,
    health,
    docs_page,
)


def create_app(settings: Settings | None = None, parts: Parts | None = None) -> Flask:
    """The application on `settings` (default: the environment's). Raises SettingError."""
    settings = settings or load_settings()
    configure_logs(settings)
    app = Flask("modwatch", static_folder=None)
    parts = app.extensions[NAME] = parts or build_parts(settings)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=ingest.MAXIMUM_BYTES + 1,
        API_TITLE="Modwatch",
        API_VERSION=VERSION,
        OPENAPI_VERSION="3.1.0",
    )
    log = RequestLog(settings, parts.reads)
    install_request_log(app, log)
    install_security(app)
    install_login(app)
    install_same_origin(app, settings)
    install_rate_limits(app, settings)
    api = _register(app)
    docs_page.install_documents(app, api, settings.public_url)
    hub = LiveHub(Relay(parts.stream, text_frame), LiveLimit(parts.redis))
    install_live(app, hub)
    install_metrics(app, settings)
    # After flask-smorest, which brings handlers of its own for the same errors.
    install_errors(app)
    cli.install_commands(app, settings)
    refuse_undeclared(app)
    quick = FastReads(app.wsgi_app, parts.snapshots, parts.access, log)
    app.wsgi_app = Background(parts, hub).wrap(unversioned_api(quick))  # type: ignore[method-assign, assignment]
    return app


def _register(app: Flask) -> DocumentedApi:
    openapi = DocumentedApi(app)
    for module in API_BLUEPRINTS:
        openapi.register_blueprint(module.blueprint)
    app.register_blueprint(dashboard.blueprint)
    return openapi
