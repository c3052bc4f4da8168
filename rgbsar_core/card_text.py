"""A model card for people: as text for a terminal and as HTML for a browser or a dialog.

A card may come from anywhere, so nothing of it reaches HTML unescaped.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from typing import Any, Optional

from .model_card import InputSpec, ModelCard

UNITS = {
    "digital_number": "digital numbers",
    "reflectance": "reflectance",
    "amplitude": "amplitude",
    "linear": "linear power",
    "db": "decibels",
}
_ROLES = {"optical": "Optical", "sar": "SAR"}
_STYLE = (
    "body{font-family:sans-serif;max-width:52em;margin:1.5em auto;padding:0 1em}"
    "th{text-align:left;vertical-align:top;padding-right:1.5em;font-weight:600}td,th{padding-bottom:.3em}"
    ".swatch{display:inline-block;width:1.1em;height:1.1em;border:1px solid #555;vertical-align:-.2em}"
)


def describe(card: ModelCard) -> str:
    """The card as text for people."""
    lines = [card.title, "=" * len(card.title), card.description, ""]
    lines.append(f"network    {card.network} {card.network_parameters or ''}".rstrip())
    for spec in card.inputs:
        stretch = f", scene percentiles {spec.percentiles[0]:g}-{spec.percentiles[1]:g}" if spec.percentiles else ""
        lines.append(f"{spec.role:<10} {band_names(spec)}; units {spec.units}{stretch}")
    lines.append(f"pixel      {card.gsd:g} m" if card.gsd else "pixel      not stated")
    lines.append(f"tiles      {card.tile_size} px, overlap {card.overlap} px")
    lines.append("classes    " + ", ".join(f"{c.value} {c.name}" for c in card.legend.classes))
    lines.append(f"one modality missing: {'allowed' if card.modality_dropout else 'not trained for'}")
    lines += [f"{name}: {text}" for name, text in _metrics(card)]
    for source in card.training_data:
        lines.append("data       " + "; ".join(str(value) for value in source.values()))
    lines.append(f"licence    {card.licence}")
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
    lines.append(f"Trained on pixels of {card.gsd:g} m." if card.gsd else "Pixel size of the training: not stated.")
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
    rows = list(_rows(card, checksum))
    table = "".join(f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in rows)
    classes = "".join(
        f"<tr><td>{entry.value}</td><td><span class='swatch' style='background:{entry.hex_color}'></span></td>"
        f"<td>{escape(entry.name)}</td></tr>"
        for entry in card.legend.classes
    )
    title = escape(card.title)
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{title}</h1><p>{escape(card.description)}</p><table>{table}</table>"
        f"<h2>Classes</h2><table><tr><th>Value</th><th></th><th>Class</th></tr>{classes}</table></body></html>\n"
    )


def _rows(card: ModelCard, checksum: str) -> Iterator[tuple[str, str]]:
    parameters = ", ".join(f"{name} {value}" for name, value in card.network_parameters.items())
    yield "Name", card.name
    yield "Network", f"{card.network} ({parameters})" if parameters else card.network
    for spec in card.inputs:
        yield f"{_ROLES[spec.role]} bands", f"{band_names(spec)}; {UNITS[spec.units]}"
    yield "Pixel size", f"{card.gsd:g} m" if card.gsd else "not stated"
    yield "Tiles", f"{card.tile_size} pixels, overlap {card.overlap}"
    yield "One layer missing", "allowed" if card.modality_dropout else "not trained for"
    yield from _metrics(card)
    for source in card.training_data:
        yield "Training data", "; ".join(str(value) for value in source.values())
    yield "Licence", card.licence or "not stated"
    optional: tuple[tuple[str, Optional[Any]], ...] = (
        ("Cite", card.citation),
        ("Seed", card.seed),
        ("Commit", card.commit),
        ("SHA-256", checksum),
    )
    yield from ((name, str(value)) for name, value in optional if value not in (None, ""))


def _metrics(card: ModelCard) -> Iterator[tuple[str, str]]:
    for name, value in (card.metrics or {}).items():
        entries = value.items() if isinstance(value, dict) else [("", value)]
        for key, entry in entries:
            text = entry if isinstance(entry, str) else json.dumps(entry, ensure_ascii=False)
            yield f"{name}{'.' if key else ''}{key}", text


def escape(text: str) -> str:
    """Text as it may stand in HTML."""
    return html.escape(text, quote=True)
