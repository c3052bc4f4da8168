"""A model card for people: as text for a terminal and as HTML for a browser or a dialog.

A card may come from anywhere, so nothing of it reaches HTML unescaped.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

from .model_card import InputSpec, ModelCard
from .page import html_page

UNITS = {
    "digital_number": "digital numbers",
    "reflectance": "reflectance",
    "amplitude": "amplitude",
    "linear": "linear power",
    "db": "decibels",
}
_ROLES = {"optical": "Optical", "sar": "SAR"}
_SPELLING = {"iou": "IoU", "f1": "F1", "users": "user's", "producers": "producer's"}
_STYLE = """
td,th{border:0;background:none;text-align:left;vertical-align:top;white-space:normal;padding:0 1.2em .3em 0}
table.n td,table.n th{text-align:right}table.n td:first-child,table.n th:first-child{text-align:left}
table:not(.n) td{overflow-wrap:anywhere}
"""


def describe(card: ModelCard) -> str:
    """The card as text for people."""
    lines = [card.title, "=" * len(card.title), card.description, ""]
    lines.append(f"network    {card.network} {card.network_parameters or ''}".rstrip())
    for spec in card.inputs:
        stretch = f", scene percentiles {spec.percentiles[0]:g}-{spec.percentiles[1]:g}" if spec.percentiles else ""
        lines.append(f"{spec.role:<10} {band_names(spec)}; units {spec.units}{stretch}")
    lines.append(f"pixel      {card.gsd:g} m on the ground" if card.gsd else "pixel      not stated")
    lines.append(f"tiles      {card.tile_size} px, overlap {card.overlap} px")
    lines.append("classes    " + ", ".join(f"{c.value} {c.name}" for c in card.legend.classes))
    lines.append(f"one layer missing: {'allowed' if card.modality_dropout else 'not trained for'}")
    lines += [f"{name}: {text}" for name, text in _figures(card.metrics or {})]
    for source in card.training_data:
        lines.append("data       " + "; ".join(str(value) for value in source.values()))
    lines.append(f"licence    {card.licence or 'not stated'}")
    if card.citation:
        lines.append(f"cite       {card.citation}")
    return "\n".join(lines)


def band_names(spec: InputSpec) -> str:
    """The bands of one input in order: ``B4 red, B3 green, VV``."""
    names = [(band.name, band.common_name) for band in spec.bands]
    return ", ".join(f"{name} {common}" if common.lower() not in ("", name.lower()) else name for name, common in names)


def needs(card: ModelCard) -> list[str]:
    """What the layers should be, one sentence for each input and one for the ground resolution."""
    lines = []
    for spec in card.inputs:
        count = len(spec.bands)
        bands = f"{count} band{'s' if count > 1 else ''} ({band_names(spec)})"
        scaled = " of any scale, stretched by the scene's percentiles" if spec.percentiles else ""
        lines.append(f"{_ROLES[spec.role]}: {bands}, {UNITS[spec.units]}{scaled}.")
    if len(card.inputs) == 2 and card.modality_dropout:
        lines.append("Trained to do without one of the two layers.")
    trained = f"Trained on pixels of {card.gsd:g} m on the ground." if card.gsd else ""
    lines.append(trained or "Pixel size of the training: not stated.")
    return lines


def needs_html(card: ModelCard) -> str:
    """A few lines of rich text for a dialog: what the layers should be, and the classes in their colours."""
    classes = " ".join(
        f"<span style='color:{entry.hex_color}'>&#9632;</span>&nbsp;{escape(entry.name)}"
        for entry in card.legend.classes
    )
    return "<br>".join([*map(escape, needs(card)), f"Classes: {classes}"])


def card_page(card: ModelCard, checksum: str = "") -> str:
    """The whole card as an HTML page without scripts or links.

    Args:
        card: of the model file.
        checksum: SHA-256 of the file, or "" to leave it out.
    """
    classes = "".join(
        f"<tr><td>{entry.value}</td><td><span class='swatch' style='background:{entry.hex_color}'>&nbsp;</span></td>"
        f"<td>{escape(entry.name)}</td></tr>"
        for entry in card.legend.classes
    )
    body = (
        f"<h1>{escape(card.title)}</h1><p>{escape(card.description)}</p>{_table(_use(card))}"
        f"<h2>Classes</h2><table><tr><th>Value</th><th></th><th>Class</th></tr>{classes}</table>"
        f"{''.join(_accuracy(card))}<h2>Origin</h2>{_table(_origin(card, checksum))}"
    )
    return html_page(card.title, body, _STYLE, made=False)


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in rows)
    return f"<table>{cells}</table>"


def _use(card: ModelCard) -> Iterator[tuple[str, str]]:
    yield "Name", card.name
    for spec in card.inputs:
        yield f"{_ROLES[spec.role]} bands", f"{band_names(spec)}; {UNITS[spec.units]}"
    yield "Pixel size", f"{card.gsd:g} m on the ground" if card.gsd else "not stated"
    yield "One layer missing", "allowed" if card.modality_dropout else "not trained for"
    yield "Tiles", f"{card.tile_size} pixels, overlap {card.overlap}"
    parameters = ", ".join(f"{name} {value}" for name, value in card.network_parameters.items())
    yield "Network", f"{card.network} ({parameters})" if parameters else card.network


def _origin(card: ModelCard, checksum: str) -> Iterator[tuple[str, str]]:
    for source in card.training_data:
        yield "Training data", "; ".join(str(value) for value in source.values())
    yield "Licence", card.licence or "not stated"
    optional: tuple[tuple[str, Any], ...] = (
        ("Cite", card.citation),
        ("Seed", card.seed),
        ("Commit", card.commit),
        ("SHA-256", checksum),
    )
    yield from ((name, str(value)) for name, value in optional if value not in (None, ""))


def _accuracy(card: ModelCard) -> Iterator[str]:
    """Single figures in one table; what holds the same figures for several things (classes) in one of its own."""
    metrics = card.metrics or {}
    nested = {name: value for name, value in metrics.items() if _is_table(value)}
    matrix, names = metrics.get("confusion_matrix") or [], card.legend.names
    square = isinstance(matrix, list) and all(isinstance(row, list) and len(row) == len(names) for row in matrix)
    left_out = {*nested, *(["confusion_matrix"] if square else [])}
    single = {name: value for name, value in metrics.items() if name not in left_out}
    if metrics:
        yield "<h2>Accuracy</h2>" + _table((measure_name(name), text) for name, text in _figures(single))
    for name, rows in nested.items():
        columns = list(dict.fromkeys(key for row in rows.values() for key in row))
        head = [measure_name(text) for text in (name, *columns)]
        yield _grid(head, [[key, *(_text(row.get(column)) for column in columns)] for key, row in rows.items()])
    if square and matrix:
        yield "<p>Confusion matrix, pixels: rows are the reference, columns the model.</p>"
        yield _grid(["", *names], [[name, *map(_text, row)] for name, row in zip(names, matrix)])


def _grid(head: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    top = "".join(f"<th>{escape(text)}</th>" for text in head)
    cells = ("".join(f"<td>{escape(text)}</td>" for text in line) for line in lines)
    return f"<table class=n><tr>{top}</tr>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(isinstance(row, dict) for row in value.values())


def measure_name(key: str) -> str:
    """``mean_iou`` as ``Mean IoU``; a name with capitals stays as its author spelt it."""
    text = " ".join(_SPELLING.get(word, word) for word in str(key).replace(".", ": ").split("_"))
    return text[:1].upper() + text[1:] if key == key.lower() else text


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _figures(metrics: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in metrics.items():
        entries = value.items() if isinstance(value, dict) else [("", value)]
        for key, entry in entries:
            yield f"{name}{'.' if key else ''}{key}", _text(entry)
