"""What a map says in words and numbers: log lines, area table, HTML report."""

from __future__ import annotations

import base64
import csv
import io
from html import escape
from pathlib import PurePath
from typing import Any

from .card_text import measure_name
from .model_card import ModelCard
from .page import html_page
from .parameters import ClassificationParameters
from .results import ClassificationResult

_STYLE = """
.areas{width:100%}td.bar{width:30%}td.bar div{height:.7em}
img{max-width:100%;border:1px solid #ccc}
@media print{img{display:block;max-height:125mm}}
"""


def summary_lines(result: ClassificationResult) -> list[str]:
    """The end of the log: what was assumed, what was found, what ran and where the time went."""
    mapped = sum(area.pixels for area in result.areas)
    areas = sorted(result.areas, key=lambda entry: -entry.pixels)
    found = [f"{area.name}: {area.hectares:,.1f} ha ({_share(area.pixels, mapped)})" for area in areas]
    return [*_assumption_lines(result), *found, *_run_lines(result)]


def _assumption_lines(result: ClassificationResult) -> list[str]:
    return [f"Assumed: {sentence}" for sentence in result.assumptions]


def _run_lines(result: ClassificationResult) -> list[str]:
    engine, statistics = result.engine, result.statistics
    total = max(statistics.total_seconds, 1e-9)
    return [
        *([f"{result.resumed_rows:,} rows were taken over from an interrupted run"] if result.resumed_rows else []),
        f"no map (nodata): {result.nodata_pixels:,} of {result.width * result.height:,} pixels",
        f"{result.width} x {result.height} pixels in {result.seconds:.1f} s, "
        f"{result.pixels_per_second / 1e6:.2f} million pixels a second",
        f"engine: {engine.device_name} ({engine.device}), {engine.backend}, {engine.precision}, "
        f"batch {engine.batch_size}, tile {engine.tile_size}, overlap {engine.overlap}, "
        f"{statistics.tiles} tiles, {statistics.skipped_tiles} empty ones skipped",
        f"time: network {_share(statistics.network_seconds, total)}, waiting for reading "
        f"{_share(statistics.input_wait_seconds, total)}, for writing "
        f"{_share(statistics.output_wait_seconds, total)}; peak memory {statistics.peak_memory_mb:.0f} MB",
    ]


def area_table_csv(result: ClassificationResult) -> str:
    """Class areas as CSV text with a header line."""
    mapped = sum(area.pixels for area in result.areas)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["value", "name", "color", "pixels", "hectares", "percent"])
    for area in result.areas:
        color = _hex(area.color)
        percent = 100 * area.pixels / mapped if mapped else 0.0
        writer.writerow([area.value, area.name, color, area.pixels, f"{area.hectares:.4f}", f"{percent:.3f}"])
    return text.getvalue()


def html_report(
    result: ClassificationResult, parameters: ClassificationParameters, card: ModelCard, picture: bytes, ground: str
) -> str:
    """One self-contained page: picture, areas, what was assumed, what ran, what the model is worth.

    Args:
        result: of the job.
        parameters: of the job.
        card: of the model.
        picture: PNG of the map.
        ground: sentence on what the picture shows: size, pixel, CRS.
    """
    mapped = sum(area.pixels for area in result.areas)
    largest = max((area.pixels for area in result.areas), default=0) or 1
    rows = "".join(
        f"<tr><td class=t>{_swatch(area.color)}{escape(area.name)}</td><td>{area.pixels:,}</td>"
        f"<td>{area.hectares:,.1f}</td><td>{_share(area.pixels, mapped)}</td>"
        f'<td class=bar><div style="width:{100 * area.pixels / largest:.1f}%;background:{_hex(area.color)}"></div>'
        "</td></tr>"
        for area in result.areas
    )
    warnings = "".join(f"<p class=warn>{escape(text)}</p>" for text in result.warnings)
    details = "".join(f"<li>{escape(line)}</li>" for line in [*_assumption_lines(result), *_run_lines(result)])
    image = base64.b64encode(picture).decode("ascii")
    body = f"""<h1>Land cover</h1>
<p class=note>Optical: {_layer(parameters.optical)}<br>SAR: {_layer(parameters.sar)}<br>Map: {escape(result.path)}</p>
{warnings}
<p><img alt="Map" src="data:image/png;base64,{image}"></p>
<p class=note>{escape(ground)} White: no map. The table below is the legend.</p>
<h2>Areas</h2>
<table class=areas>
<tr><th class=t>Class</th><th>Pixels</th><th>Hectares</th><th>Share</th><th></th></tr>
{rows}
</table>
<p class=note>Counted pixels times their ground area on the ellipsoid. These are areas of the map, not
error-adjusted estimates: those need a reference sample (Olofsson et al. 2014).</p>
<h2>How it was made</h2><ul>{details}</ul>
{_model_section(card)}"""
    return html_page(f"Land cover: {PurePath(result.path).name}", body, _STYLE)


def _layer(path: str) -> str:
    return escape(path) if path else "not given"


def _model_section(card: ModelCard) -> str:
    sources = "".join(
        f"<li>{escape(', '.join(str(value) for value in source.values()))}</li>" for source in card.training_data
    )
    title = "<p>Accuracy as stated in the model's card, not of this map:</p>"
    metrics = title + _metrics_table(card.metrics) if card.metrics else ""
    return (
        f"<h2>The model</h2><p><b>{escape(card.title)}</b> (network {escape(card.network)}; licence "
        f"{escape(card.licence or 'not stated')})</p><p>{escape(card.description)}</p>{metrics}"
        + (f"<p>Trained on:</p><ul>{sources}</ul>" if sources else "")
    )


def _metrics_table(metrics: dict[str, Any]) -> str:
    """Plain figures as rows; figures per class as a table of classes; deeper detail stays in the card."""
    rows = "".join(
        f"<tr><td class=t>{escape(measure_name(name))}</td><td class=t>{escape(_figure(value))}</td></tr>"
        for name, value in metrics.items()
        if not isinstance(value, (dict, list))
    )
    classes = metrics.get("classes")
    if not isinstance(classes, dict) or not all(isinstance(entry, dict) for entry in classes.values()):
        return f"<table>{rows}</table>"
    columns = list(dict.fromkeys(column for entry in classes.values() for column in entry))
    head = "".join(f"<th>{escape(measure_name(column))}</th>" for column in columns)
    body = "".join(
        f"<tr><td class=t>{escape(str(name))}</td>"
        + "".join(f"<td>{escape(_figure(entry.get(column)))}</td>" for column in columns)
        + "</tr>"
        for name, entry in classes.items()
    )
    return f"<table>{rows}</table><table><tr><th class=t>Class</th>{head}</tr>{body}</table>"


def _figure(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


def _swatch(color: tuple[int, int, int]) -> str:
    return f'<span class=swatch style="background:{_hex(color)}"></span>'


def _hex(color: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)


def _share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "0 %"
