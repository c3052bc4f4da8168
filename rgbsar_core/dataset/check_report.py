"""What a check found, as one HTML page with pictures of some samples."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Optional

import numpy as np
from numpy.typing import NDArray

from ..errors import RasterIOError
from ..page import html_page
from ..raster.picture import png_address
from .check_job import BandFacts, CheckResult, LabelClass
from .description import DatasetDescription
from .findings import ERROR
from .folder import Sample, SampleFolder
from .tile_file import TileFile

_LARGEST_SIDE = 256
_NO_LABEL = (236, 236, 236)
_NO_DATA = (255, 255, 255)
_STYLE = """
.error,.warning,.good{padding:.4rem .7rem;margin:.4rem 0;border-left:4px solid}
.error{background:#fde2e1;border-color:#c62828}.warning{background:#fff3cd;border-color:#e0a800}
.good{background:#e3f3e5;border-color:#2e7d32}
.sheet{display:flex;flex-wrap:wrap}figure{margin:0 1.2rem .8rem 0}
figure img{width:9rem;height:9rem;object-fit:contain;image-rendering:pixelated;background:#fff;
border:1px solid #ccc}figcaption{font-size:.8rem;color:#555;overflow-wrap:anywhere;max-width:28rem}
@media print{.sheet{display:block}figure{display:inline-block;margin-right:4mm}figure img{width:27mm;height:27mm}}
"""


def html_report(result: CheckResult, folder: SampleFolder, pictures: int, ignore: int) -> str:
    """One self-contained page.

    Args:
        result: of the check.
        folder: its samples.
        pictures: how many of them to show.
        ignore: label of pixels without a class.

    Raises:
        RasterIOError: pictures cannot be made here.
    """
    found = "".join(f"<p class={f.severity}>{f.severity.upper()}: {escape(f.text)}</p>" for f in result.findings)
    state = ERROR if result.errors else "good"
    bands = "".join(_bands(title, facts) for title, facts in (("Optical", result.optical), ("SAR", result.sar)))
    body = f"""<h1>Check of training data</h1>
<p class=note>{escape(result.folder)} ({escape(result.layout)} layout)</p>
<p class={state}>{escape(result.verdict())}</p>
{found}
<h2>Labelled pixels of each class</h2>
{_balance(result)}
<h2>Bands, over the valid training pixels</h2>
{bands or "<p class=note>No training sample could be read.</p>"}
<h2>Optical to SAR</h2>
<p>{escape(result.shift_text())}.</p>
<p class=note>From where both have edges; all samples together count, since one alone may mislead.</p>
<h2>Samples: optical, SAR, label</h2>
<p>{_key(result.classes)}</p>
<div class=sheet>{_sheet(result.classes, folder, pictures, ignore)}</div>"""
    return html_page("Check of training data", body, _STYLE)


def _balance(result: CheckResult) -> str:
    head = "".join(f"<th>{escape(split.name)}</th><th>share</th>" for split in result.splits)
    rows = [f"<tr><th class=t>Class</th><th>Value</th>{head}</tr>"]
    for k, entry in enumerate(result.classes):
        cells = "".join(f"<td>{s.pixels[k]:,}</td><td>{result.share(s, k)}</td>" for s in result.splits)
        rows.append(f"<tr><td class=t>{_swatch(entry)}{escape(entry.name)}</td><td>{entry.value}</td>{cells}</tr>")
    cells = "".join(f"<td>{split.unlabelled:,}</td><td></td>" for split in result.splits)
    rows.append(f"<tr><td class=t>without a class</td><td></td>{cells}</tr>")
    cells = "".join(f"<td>{split.samples:,}</td><td></td>" for split in result.splits)
    rows.append(f"<tr><th class=t>Samples</th><th></th>{cells}</tr>")
    return f"<table>{''.join(rows)}</table>"


def _bands(title: str, facts: Sequence[BandFacts]) -> str:
    if not facts:
        return ""
    rows = "".join(
        f"<tr><td class=t>{escape(band.name)}</td>"
        + "".join(f"<td>{number:.6g}</td>" for number in (band.mean, band.std, band.minimum, band.maximum))
        + "</tr>"
        for band in facts
    )
    head = "<th>Mean</th><th>Deviation</th><th>Smallest</th><th>Largest</th>"
    return f"<table><tr><th class=t>{title} band</th>{head}</tr>{rows}</table>"


def _key(classes: Sequence[LabelClass]) -> str:
    names = "".join(f"<span class=key>{_swatch(entry)}{escape(entry.name)}</span>" for entry in classes)
    blank = f'<span class=swatch style="background:rgb{_NO_LABEL}"></span>'
    return f"{names}<span class=key>{blank}without a class</span>"


def _swatch(entry: LabelClass) -> str:
    return f'<span class=swatch style="background:rgb{entry.color}"></span>'


def _sheet(classes: Sequence[LabelClass], folder: SampleFolder, pictures: int, ignore: int) -> str:
    samples = folder.samples
    count = min(pictures, len(samples))
    chosen = [samples[k * len(samples) // count] for k in range(count)]
    return "".join(_figure(split, sample, classes, folder, ignore) for split, sample in chosen)


def _figure(
    split: str,
    sample: Sample,
    classes: Sequence[LabelClass],
    folder: SampleFolder,
    ignore: int,
) -> str:
    images = []
    for role in ("optical", "sar", "label"):
        try:
            tile = folder.chosen(role, folder.read(sample, role))
        except RasterIOError:
            images.append("<img alt='cannot be read'>")
            continue
        if role == "label":
            picture = _labels(folder.code(split).class_values(tile.pixels), classes, ignore)
        else:
            picture = _picture(tile, role, folder.description)
        images.append(f"<img alt={role} src='{png_address(_thinned(picture))}'>")
    return f"<figure>{' '.join(images)}<figcaption>{escape(sample.name)} ({escape(split)})</figcaption></figure>"


def _picture(tile: TileFile, role: str, described: Optional[DatasetDescription]) -> NDArray[np.uint8]:
    """Red, green, blue (or the first band in grey), each from its 2nd to its 98th percentile."""
    bands = _shown_bands(len(tile.pixels), role, described)
    painted = np.empty((3, *tile.size), np.uint8)
    for target, band in enumerate(bands):
        values = tile.pixels[band]
        known = values[tile.valid]
        if role == "sar" and known.size and known.min() > 0 and known.max() < 255:
            values = np.log(np.maximum(values, known.min()))
            known = values[tile.valid]
        low, high = np.percentile(known, (2, 98)) if known.size else (0.0, 1.0)
        scaled = (np.where(tile.valid, values, low) - low) / max(high - low, 1e-12)
        painted[target] = np.where(tile.valid, np.clip(scaled, 0, 1) * 255, _NO_DATA[target])
    return painted


def _shown_bands(count: int, role: str, described: Optional[DatasetDescription]) -> tuple[int, int, int]:
    if role == "sar" or count < 3:
        return 0, 0, 0
    names = [band.common_name for band in described.optical.bands] if described is not None else []
    if len(names) == count and all(name in names for name in ("red", "green", "blue")):
        return names.index("red"), names.index("green"), names.index("blue")
    return 0, 1, 2


def _labels(values: NDArray[np.int16], classes: Sequence[LabelClass], ignore: int) -> NDArray[np.uint8]:
    palette = np.full((257, 3), (255, 0, 255), np.uint8)  # a colour that shouts: no class; the last for UNKNOWN, -1
    for entry in classes:
        palette[entry.value] = entry.color
    palette[ignore] = _NO_LABEL
    return np.moveaxis(palette[values], -1, 0)


def _thinned(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    step = -(-max(picture.shape[1:]) // _LARGEST_SIDE)
    return picture[:, ::step, ::step]
