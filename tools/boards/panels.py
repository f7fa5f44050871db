"""What every board is made of: numbers, lines, and the board around them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.models import common as common_models
from grafana_foundation_sdk.models import dashboard as models

# Chosen at the top of each board: whoever imports it has a source of another name.
SOURCE = models.DataSourceRef(type_val="prometheus", uid="${source}")
WIDTH = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Lines over time; `queries` by what the legend calls them."""

    title: str
    queries: dict[str, str]
    unit: str = "short"
    words: str = ""
    width: int = 12
    height: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One value now, green up to `worse`, then yellow, and red from `bad` on.

    Where `bad` is the smaller one, small values are the bad ones.
    """

    title: str
    query: str
    worse: float
    bad: float
    unit: str = "short"
    words: str = ""
    width: int = 4
    height: int = 4


@dataclass(frozen=True, slots=True)
class Board:
    uid: str
    title: str
    words: str
    panels: tuple[Chart | Number, ...]
    tags: tuple[str, ...] = field(default=("modwatch",))


def built(board: Board) -> models.Dashboard:
    made = (
        dashboard.Dashboard(board.title)
        .uid(board.uid)
        .description(board.words)
        .tags(list(board.tags))
        .refresh("30s")
        .time("now-6h", "now")
        .timezone("browser")
        .readonly()
        .with_variable(_source())
    )
    for panel, place in zip(board.panels, _places(board.panels), strict=True):
        drawn = _number(panel) if isinstance(panel, Number) else _chart(panel)
        made = made.with_panel(drawn.datasource(SOURCE).grid_pos(place))
    return made.build()


def _source() -> dashboard.DatasourceVariable:
    return dashboard.DatasourceVariable("source").label("Prometheus").type("prometheus")


def _places(panels: Iterable[Chart | Number]) -> Iterable[models.GridPos]:
    """From left to right; what does not fit beside the last begins the next row."""
    x = y = row_height = 0
    for panel in panels:
        if x + panel.width > WIDTH:
            x, y, row_height = 0, y + row_height, 0
        yield models.GridPos(x=x, y=y, w=panel.width, h=panel.height)
        x, row_height = x + panel.width, max(row_height, panel.height)


def _number(panel: Number) -> stat.Panel:
    steps = (
        [(None, "red"), (panel.bad, "yellow"), (panel.worse, "green")]
        if panel.bad < panel.worse
        else [(None, "green"), (panel.worse, "yellow"), (panel.bad, "red")]
    )
    thresholds = dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE)
    return (
        stat.Panel()
        .title(panel.title)
        .description(panel.words)
        .unit(panel.unit)
        .no_value("not known")
        .thresholds(thresholds.steps([models.Threshold(value, color) for value, color in steps]))
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).values(False))
        .color_mode(common_models.BigValueColorMode.BACKGROUND)
        .graph_mode(common_models.BigValueGraphMode.NONE)
        .with_target(_query(panel.query, "now").ref_id("A"))
    )


def _chart(panel: Chart) -> timeseries.Panel:
    legend = common.VizLegendOptions().show_legend(True)
    drawn = (
        timeseries.Panel()
        .title(panel.title)
        .description(panel.words)
        .unit(panel.unit)
        .min(0)
        .line_width(1)
        .fill_opacity(10)
        .show_points(common_models.VisibilityMode.NEVER)
        .legend(
            legend.display_mode(common_models.LegendDisplayMode.LIST)
            .placement(common_models.LegendPlacement.BOTTOM)
            .calcs([])
        )
        .tooltip(
            common.VizTooltipOptions()
            .mode(common_models.TooltipDisplayMode.MULTI)
            .sort(common_models.SortOrder.DESCENDING)
        )
    )
    for letter, (name, query) in zip("ABCDEFGH", panel.queries.items(), strict=False):
        drawn = drawn.with_target(_query(query, name).ref_id(letter))
    return drawn


def _query(expression: str, legend: str) -> prometheus.Dataquery:
    return prometheus.Dataquery().expr(expression).legend_format(legend).range()
