"""The web application, put together. No connection is opened here."""

from __future__ import annotations

from flask import Flask

from adapters.redis.live_limit import LiveLimit
from adapters.settings import Settings, load_settings
from adapters.telemetry.logs import configure_logs
from adapters.version import VERSION
from api.background import Background
from api.cli.commands import Commands
from api.fast_reads import FastReads
from api.http.addresses import install_addresses
from api.http.bodies import install_bodies
from api.http.cors import cross_origin
from api.http.errors import install_errors
from api.http.extension import NAME
from api.http.guard import install_login, refuse_undeclared
from api.http.prefixes import unversioned_api
from api.http.prometheus import install_metrics
from api.http.proxies import behind_proxies
from api.http.rate_limits import install_rate_limits
from api.http.request_log import RequestLog, install_request_log
from api.http.same_origin import install_same_origin
from api.http.security import install_security
from api.live import routes as live
from api.live.hub import LiveHub
from api.live.routes import install_live
from api.live.socket import text_frame
from api.openapi import page
from api.openapi.document import DocumentedApi
from api.routes import (
    alerts,
    appeals,
    audit_log,
    auth,
    bot_changes,
    bots,
    channels,
    charts,
    choices,
    deduplication,
    deliveries,
    exports,
    guild_settings,
    incidents,
    ingest,
    members,
    notifications,
    pages,
    report_frame,
    schedules,
    snapshots,
    stop_mails,
    system_health,
    tokens,
    usage,
    violations,
    visits,
    warnings,
)
from services.container import Parts, build_parts
from services.live.relay import Relay

API_BLUEPRINTS = (
    snapshots,
    violations,
    warnings,
    appeals,
    guild_settings,
    tokens,
    usage,
    audit_log,
    members,
    notifications,
    channels,
    charts,
    choices,
    alerts,
    deliveries,
    exports,
    incidents,
    visits,
    schedules,
    deduplication,
    ingest,
    bots,
    bot_changes,
    auth,
    live,
    system_health,
    page,
)


def create_app(settings: Settings | None = None, parts: Parts | None = None) -> Flask:
    """The application on `settings` (default: the environment's). Raises SettingError."""
    settings = settings or load_settings()
    configure_logs(settings)
    app = Flask("modwatch", static_folder=None)
    parts = app.extensions[NAME] = parts or build_parts(settings)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        API_TITLE="Modwatch",
        API_VERSION=VERSION,
        OPENAPI_VERSION="3.1.0",
    )
    log = RequestLog(settings, parts.reads)
    install_addresses(app)
    install_bodies(app)
    install_request_log(app, log)
    install_security(app, settings)
    install_login(app)
    install_rate_limits(app, settings)
    install_same_origin(app, settings)
    api = _register(app)
    page.install_documents(app, api, settings.public_url)
    hub = LiveHub(Relay(parts.stream, text_frame), LiveLimit(parts.redis))
    install_live(app, hub)
    install_metrics(app, parts)
    # After flask-smorest, which brings handlers of its own for the same errors.
    install_errors(app)
    app.cli = Commands()
    refuse_undeclared(app)
    quick = FastReads(app.wsgi_app, parts, log)
    everywhere = cross_origin(unversioned_api(quick), settings.cors_origins)
    placed = behind_proxies(everywhere, settings)
    app.wsgi_app = Background(parts, hub).wrap(placed)  # type: ignore[method-assign, assignment]
    return app


def _register(app: Flask) -> DocumentedApi:
    openapi = DocumentedApi(app)
    for module in API_BLUEPRINTS:
        openapi.register_blueprint(module.blueprint)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(stop_mails.blueprint)
    app.register_blueprint(report_frame.blueprint)
    return openapi
