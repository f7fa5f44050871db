"""Bare Flask: one constant answer, no login, no log, no metrics. BENCH_BODY names its file."""

import os
from pathlib import Path

from flask import Flask, Response

app = Flask("constant", static_folder=None)
BODY = Path(os.environ["BENCH_BODY"]).read_bytes()


@app.get("/health/live")
@app.get("/api/v1/servers/<guild_id>/<name>")
def constant(guild_id: str = "", name: str = "") -> Response:
    return Response(BODY, content_type="application/json")
