"""`flask demo feed` without the web application around it, which is most of its memory."""

from adapters.logs import configure_logs
from adapters.settings import load_settings
from services.demo_feeding import keep_feeding
from services.parts import build_parts

INTERVAL_SECONDS = 3.0


def main() -> None:
    settings = load_settings()
    configure_logs(settings)
    keep_feeding(build_parts(settings), None, INTERVAL_SECONDS)


if __name__ == "__main__":
    main()
