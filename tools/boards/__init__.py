"""Grafana boards in typed Python; `make boards` writes them to compose/grafana/boards/."""
