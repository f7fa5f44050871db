"""`flask demo feed` without the web application around it, which is most of its memory."""

from adapters.settings import load_settings
from adapters.telemetry.logs import configure_logs
from services.container import build_parts
from services.demo.feeding import keep_feeding

INTERVAL_SECONDS = 3.0


def main() -> None:
    settings = load_settings()
    configure_logs(settings)
    keep_feeding(build_parts(settings), None, INTERVAL_SECONDS)


if __name__ == "__main__":
    main()
