"""`python -m tests.discord`: a stand-in Discord to run by hand; Ctrl-C ends it."""

import argparse
import signal

from tests.discord.server import Discord


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.discord", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="of Discord; 0 takes a free one")
    parser.add_argument("--control-port", type=int, default=0, help="of the control API")
    parser.add_argument("--redirect-uri", action="append", default=[], help="where a login returns")
    options = parser.parse_args()
    signals = {signal.SIGINT, signal.SIGTERM}
    # Before any thread starts, so that all of them leave the signals to the wait below.
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    discord = Discord(options.port, options.control_port)
    discord.world.application.redirect_uris.extend(options.redirect_uri)
    discord.start()
    _introduce(discord)
    signal.sigwait(signals)
    discord.stop()


def _introduce(discord: Discord) -> None:
    for name, value in discord.settings().items():
        print(f"{name}={value}")
    print(f"control: {discord.control_url}", flush=True)


if __name__ == "__main__":
    main()
