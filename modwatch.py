"""Entrance of `modwatch`, the command line; `.venv/bin/modwatch` runs this file."""

from adapters.process.memory import load_undisturbed

load_undisturbed()

from api.cli.commands import main  # noqa: E402, after the line above

if __name__ == "__main__":
    main()
