"""What an evaluation found, as Markdown and as plain data."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rgbsar_core.errors import BandCountError, InputError
from rgbsar_core.metrics import Accuracy
from rgbsar_core.missing_layer import NAMES, inputs_given
from rgbsar_core.model_card import InputSpec, ModelCard
from rgbsar_core.model_store import checksum
from rgbsar_core.results import EngineInfo

from .bootstrap import REPLICATES, IouIntervals
from .counting import published_counts
from .recipe import ModalityRecipe

ROLES = ("optical", "sar")
LONGEST_TABLE = 40
"""Scenes that a report lists one by one."""


@dataclass(frozen=True, kw_only=True)
class LabelledScenes:
    """Where scenes and their labels lie.

    Attributes:
        folder: of `<scene>_optical.tif`, `<scene>_sar.tif` and, without polygons, `<scene>_label.tif`.
        names: of the scenes.
        polygons: label polygons, or None.
        split: what was chosen, for the report.
        recipes: how the recipe reads optical and SAR; None where a map would choose the bands itself.
    """

    folder: Path
    names: tuple[str, ...]
    polygons: str | None
    split: str
    recipes: tuple[ModalityRecipe, ModalityRecipe] | None = None


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What was measured, and how.

    Attributes:
        card: of the model.
        measured: all scenes together.
        intervals: 95 % bootstrap intervals of the IoU over blocks.
        block_side: of the blocks that were resampled, pixels.
        scenes: each scene alone.
        unmapped: labelled pixels the map has no class for, left out of all figures.
        engine: that ran.
        without: role of the layer that was left out; "" for none.
    """

    card: ModelCard
    measured: Accuracy
    intervals: IouIntervals
    block_side: int
    scenes: dict[str, Accuracy]
    unmapped: int
    engine: EngineInfo
    without: str = ""


def require_without(card: ModelCard, without: str) -> None:
    """Refuse to leave out a layer that the model needs or does not use.

    Raises:
        InputError: the model's inputs; the sentence is that of `rgbsar classify`.
    """
    if without and without not in {spec.role for spec in card.inputs}:
        raise InputError(
            f"The model '{card.title}' has no {NAMES[without]} input; expected one of its own to leave out. Leave "
            "--without out."
        )
    inputs_given(card, *("" if role == without else role for role in ROLES))


def band_numbers(own: ModalityRecipe, spec: InputSpec) -> tuple[int, ...]:
    """Which bands of the recipe's files the model takes, in the card's order if the recipe names the same ones.

    A converted model takes red first, its data set's recipe blue.

    Raises:
        BandCountError: the model has another number of bands.
    """
    if len(own.bands) != len(spec.bands):
        raise BandCountError(
            f"The recipe has {len(own.bands)} {spec.role} bands; the model was trained on {len(spec.bands)}. Take the "
            "recipe the model was trained by, or correct its bands."
        )
    theirs, order = ([band.common_name or band.name for band in each] for each in (own.bands, spec.bands))
    numbers = dict(zip(theirs, own.numbers))
    same = len(numbers) == len(order) and set(order) == set(numbers)
    return tuple(numbers[name] for name in order) if same else own.numbers


def markdown(
    evaluation: Evaluation, model: str | Path, scenes: LabelledScenes, as_published: bool = False
) -> str:
    """The figures as tables, and what they mean; `as_published` adds them as the papers' programs count."""
    measured, engine = evaluation.measured, evaluation.engine
    names = evaluation.card.legend.names
    low, high = evaluation.intervals.mean
    lines = [
        f"# Accuracy of {evaluation.card.title or evaluation.card.name}",
        "",
        f"- Model: `{Path(model).name}`",
        *([f"- Without the {NAMES[evaluation.without]} layer: the other one alone"] if evaluation.without else []),
        f"- Scenes: {len(evaluation.scenes)} ({scenes.split}), {int(measured.matrix.sum()):,} labelled pixels",
        f"- Engine: {engine.device}, {engine.precision}, {engine.backend}, tiles of {engine.tile_size} pixels with "
        f"{engine.overlap} overlap",
    ]
    if evaluation.unmapped:
        lines.append(f"- Left out: {evaluation.unmapped:,} labelled pixels without a class in the map")
    lines += [
        "",
        *_table(
            ("OA", "kappa", "mIoU", "95 % interval of mIoU", "mean F1"),
            [
                (
                    _number(measured.overall),
                    _number(measured.kappa),
                    _number(measured.mean_iou),
                    f"{_number(low)} to {_number(high)}",
                    _number(measured.mean_f1),
                )
            ],
        ),
        "",
        f"Intervals: bootstrap of {REPLICATES} draws; resampled with replacement are the "
        f"{evaluation.intervals.blocks} blocks of {evaluation.block_side} x {evaluation.block_side} pixels that hold "
        "labels. They say how much the choice of places within these scenes matters, nothing about "
        "other regions, seasons or annotators.",
        "",
        *_table(
            ("class", "IoU", "95 % interval", "F1", "user's accuracy", "producer's accuracy", "reference pixels"),
            [
                (
                    name,
                    _number(measured.iou[index]),
                    " to ".join(map(_number, evaluation.intervals.classes[index])),
                    _number(measured.f1[index]),
                    _number(measured.users[index]),
                    _number(measured.producers[index]),
                    f"{int(measured.matrix[index].sum()):,}",
                )
                for index, name in enumerate(names)
            ],
        ),
        "",
        "Confusion matrix in pixels, rows = reference, columns = prediction:",
        "",
        *_table(
            ("", *names),
            [(name, *(f"{int(count):,}" for count in row)) for name, row in zip(names, measured.matrix)],
        ),
        "",
        *_scene_table(evaluation.scenes),
        "",
    ]
    if as_published:
        lines += _published(measured)
    return "\n".join(lines)


def to_json(evaluation: Evaluation, model: str | Path, scenes: LabelledScenes) -> dict[str, Any]:
    """The figures and all that changes them, as plain data."""
    names = evaluation.card.legend.names
    return {
        "model": Path(model).name,
        "model_sha256": checksum(Path(model)),
        "split": scenes.split,
        "without": evaluation.without or None,
        "engine": asdict(evaluation.engine),
        **evaluation.intervals.join(evaluation.measured.to_json(names), names),
        "resampled": {
            "blocks": evaluation.intervals.blocks,
            "side_pixels": evaluation.block_side,
            "replicates": REPLICATES,
        },
        "unmapped_labelled_pixels": evaluation.unmapped,
        "as_counted_by": published_counts(evaluation.measured),
        "scenes": {name: measured.to_json(names) for name, measured in evaluation.scenes.items()},
    }


def _published(measured: Accuracy) -> list[str]:
    lines = ["The same matrix as the papers' programs count it (AMM-FuseNet's UA is the mean producer's accuracy):", ""]
    for program, figures in published_counts(measured).items():
        cells = ("-" if value is None else str(value) for value in figures.values())
        lines += [*_table((program, *figures), [("", *cells)]), ""]
    return lines


def _scene_table(scenes: dict[str, Accuracy]) -> list[str]:
    """Every scene alone; tiles by the hundred are left to the JSON."""
    if len(scenes) > LONGEST_TABLE:
        return [f"{len(scenes)} images; figures of each are in the file that --json writes."]
    return _table(
        ("scene", "OA", "mIoU", "reference pixels"),
        [
            (name, _number(scene.overall), _number(scene.mean_iou), f"{int(scene.matrix.sum()):,}")
            for name, scene in scenes.items()
        ],
    )


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.4f}"


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    ruler = ["---", *["---:"] * (len(heads) - 1)]
    return ["| " + " | ".join(cells) + " |" for cells in (heads, ruler, *rows)]
