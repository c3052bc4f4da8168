"""The page that says how a training run went: curves, accuracy, and what the model makes of some tiles."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..accuracy.report import confusion_table, plain_table
from ..charts import line_chart, round_top
from ..dataset.description import DatasetDescription
from ..metrics import IGNORE_INDEX
from ..page import html_page
from ..raster.picture import png_address
from .result import TrainingResult, number, share

_NO_LABEL = (236, 236, 236)
_LARGEST_SIDE = 256
_BINS = 150
_STYLE = """
.sheet td,.sheet th{border:0;background:none;padding:.15rem .2rem;text-align:left}
.sheet img{width:9.5rem;height:9.5rem;object-fit:contain;image-rendering:pixelated;border:1px solid #ccc}
.sheet td.note{font-size:.8rem;padding-bottom:.6rem;white-space:normal}
@media print{.sheet{break-inside:auto}.sheet tbody{break-inside:avoid}.sheet img{width:30mm;height:30mm}}
"""
_MEANING = """
<p class=note>Rows of the confusion matrix are the labels, columns what the model predicts; pixels without a label
count nowhere. User's accuracy: share of what is predicted as a class that is one. Producer's accuracy: share of a class
that is predicted as one. F1: their harmonic mean. IoU: right / (predicted + labelled - right). A dash: there is no
such pixel to divide by.</p>
"""


def html_report(
    result: TrainingResult,
    described: DatasetDescription,
    settings: Sequence[tuple[str, str]],
    samples: Sequence[Sample],
) -> str:
    """One self-contained page.

    Args:
        result: of the run.
        described: its data set.
        settings: name and value of what was chosen.
        samples: tiles to show.

    Raises:
        RasterIOError: pictures cannot be made here.
    """
    found, names = result.measured, result.legend.names
    state = ""
    if result.cut_short:
        state = "<p class=warn>The run was ended by hand; the best weights so far were kept.</p>"
    if result.started_from:
        state += (
            f"<p class=note>Training started from {escape(result.started_from)}: if that model has learned from these "
            "places already, these figures are too good.</p>"
        )
    if result.measured_on == "val":
        independent = "A share for testing, set when training data are created, gives an independent figure."
        if result.tiles.get("test"):
            independent = "A run that is not cut short is measured on the test tiles, which are independent."
        state += (
            "<p class=note>Measured on the validation tiles, which also chose the weights: expect a little less "
            f"elsewhere. {independent}</p>"
        )
    rows = [
        [name, *map(share, (found.users[k], found.producers[k])), number(found.f1[k]), number(found.iou[k]),
         f"{int(found.matrix[k].sum()):,}"]
        for k, name in enumerate(names)
    ]  # fmt: skip
    figures = [
        ["Overall accuracy", share(found.overall)],
        ["Kappa", number(found.kappa)],
        ["Mean IoU", number(found.mean_iou)],
        ["Mean F1", number(found.mean_f1)],
    ]
    head = ["Class", "User's accuracy", "Producer's accuracy", "F1", "IoU", "Labelled pixels"]
    details = "".join(f"<li>{escape(name)}: {escape(value)}</li>" for name, value in settings)
    body = f"""<h1>Training of a land-cover model</h1>
<p class=note>Model: {escape(result.model)}<br>Data set: {escape(described.name)}, {_tiles(result)}<br>
Network: {escape(result.network)}</p>
{state}
<h2>Accuracy on the {escape(result.measured_in_words)}</h2>
{plain_table([], figures)}
<h2>Confusion matrix (pixels)</h2>
<div class=wide>{confusion_table(found.matrix, names, "Predicted")}</div>
<h2>Classes</h2>
{plain_table(head, rows)}
{_MEANING}
<h2>How the training went</h2>
<p class=note>The loss is what training lowers, on the training tiles; a step is one batch of samples.</p>
{_curves(result)}
<h2>Samples: optical, SAR, label, prediction</h2>
<p>{_key(described)}</p>
<table class=sheet><tr><th>Optical</th><th>SAR</th><th>Label</th><th>Prediction</th></tr>{"".join(map(_row, samples))}
</table>
<h2>Settings</h2><ul>{details}<li>weights: {escape(result.weights)}</li></ul>"""
    return html_page(f"Training of {Path(result.model).name}", body, _STYLE)


class Sample:
    """Pictures of one tile.

    Args:
        name: of the tile.
        optical, sar: (C, h, w) values, NaN where there is none.
        ranges: (C, 2) low and high of optical and SAR.
        labels, predicted: (h, w) class indices, 255 = unlabelled.
        described: the data set.
    """

    def __init__(
        self,
        name: str,
        optical: NDArray[np.generic],
        sar: NDArray[np.generic],
        ranges: Sequence[NDArray[np.float64]],
        labels: NDArray[np.uint8],
        predicted: NDArray[np.uint8],
        described: DatasetDescription,
    ) -> None:
        self.name = name
        common = [band.common_name for band in described.optical.bands]
        colors = [common.index(color) for color in ("red", "green", "blue") if color in common]
        shown = colors if len(colors) == 3 else [0, 1, 2] if len(optical) >= 3 else [0, 0, 0]
        palette = np.full((256, 3), _NO_LABEL, np.uint8)
        palette[: len(described.legend)] = [entry.color for entry in described.legend.classes]
        self.right = float(np.mean(labels[labels != IGNORE_INDEX] == predicted[labels != IGNORE_INDEX]))
        self.pictures = (
            _painted(optical, ranges[0], shown),
            _painted(sar, ranges[1], [0, 0, 0]),
            np.moveaxis(palette[labels], -1, 0),
            np.moveaxis(palette[predicted], -1, 0),
        )


def read_samples(
    folder: Path, split: str, numbers: Sequence[int], predicted: NDArray[np.uint8], described: DatasetDescription
) -> list[Sample]:
    """Tiles of a packed folder, with what the model says of them."""
    packed = json.loads((folder / "packed.json").read_text(encoding="utf-8"))
    entry = packed["splits"][split]
    arrays = [np.load(folder / f"{split}_{name}.npy", mmap_mode="r") for name in ("optical", "sar", "label")]
    samples = []
    for number_, found in zip(numbers, predicted):
        optical, sar, labels = (np.array(array[number_]) for array in arrays)
        scene = packed["scenes"][entry["scenes"][number_]]
        ranges = [np.array(scene[role]) for role in ("optical", "sar")]
        samples.append(Sample(entry["names"][number_], optical, sar, ranges, labels, found, described))
    return samples


def _painted(
    values: NDArray[np.generic], ranges: NDArray[np.float64], bands: Sequence[int]
) -> NDArray[np.uint8]:
    low, high = (ranges[bands, k][:, None, None] for k in (0, 1))
    scaled = (values[list(bands)].astype(np.float64) - low) / (high - low)
    return np.asarray(np.nan_to_num(np.clip(scaled, 0, 1), nan=1.0) * 255, np.uint8)


def _row(sample: Sample) -> str:
    alts = ("optical", "SAR", "label", "prediction")
    step = -(-max(sample.pictures[0].shape[1:]) // _LARGEST_SIDE)
    images = "".join(
        f"<td><img alt='{alt}' src='{png_address(picture[:, ::step, ::step])}'></td>"
        for alt, picture in zip(alts, sample.pictures)
    )
    right = "no label" if np.isnan(sample.right) else f"{100 * sample.right:.0f} % of the labelled pixels right"
    return f"<tbody><tr>{images}</tr><tr><td class=note colspan=4>{escape(sample.name)}: {right}</td></tr></tbody>"


def _key(described: DatasetDescription) -> str:
    names = [(entry.name, entry.color) for entry in described.legend.classes] + [("without a label", _NO_LABEL)]
    return "".join(
        f'<span class=key><span class=swatch style="background:rgb{color}"></span>{escape(name)}</span>'
        for name, color in names
    )


def _tiles(result: TrainingResult) -> str:
    words = {"train": "training", "val": "validation", "test": "test"}
    return ", ".join(f"{result.tiles[split]:,} {words[split]} tiles" for split in words if split in result.tiles)


def _curves(result: TrainingResult) -> str:
    losses = _binned(result.losses)
    parts = []
    if len(losses):
        top = round_top(float(np.percentile(losses[:, 1], 99)))
        parts.append(
            line_chart("Loss over the steps", "step", [("training loss", losses[:, 0], losses[:, 1])], top, False)
        )
    found = result.validations
    if len(found):
        lines = [("mean IoU", found[:, 0], found[:, 1]), ("overall accuracy", found[:, 0], found[:, 2])]
        parts.append("<p class=note>On the validation tiles:</p>")
        parts.append(line_chart("Accuracy on the validation tiles over the steps", "step", lines, 1.0, True))
    return "".join(parts) or "<p class=note>The run was too short for curves.</p>"


def _binned(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means of neighbouring points, so that a curve of a long run can be read."""
    if len(points) <= _BINS:
        return points
    return np.array([part.mean(axis=0) for part in np.array_split(points, _BINS)])
