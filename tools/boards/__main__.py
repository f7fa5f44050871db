"""`make boards`: writes the JSON that Grafana reads."""

from __future__ import annotations

from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from tools.boards.all_boards import BOARDS
from tools.boards.panels import Board, built

FOLDER = Path(__file__).resolve().parent.parent.parent / "compose" / "grafana" / "boards"


def text_of(board: Board) -> str:
    return JSONEncoder(sort_keys=True, indent=2).encode(built(board)) + "\n"


def main() -> None:
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for board in BOARDS:
        (FOLDER / f"{board.uid}.json").write_text(text_of(board))


if __name__ == "__main__":
    main()
