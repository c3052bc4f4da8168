"""Measure a model file on labelled images: `python -m training.evaluate MODEL RECIPE_OR_FOLDER`.

Every scene is mapped as a user maps it (`classify_rasters`: same raster side, engine, precision and tiles), and the
map is compared with the labels. Tiles are predicted in this process, see `evaluate_tiles.py`. Prints Markdown;
`--json` writes the same figures for machines.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from rgbsar_core.classify import classify_rasters
from rgbsar_core.engine.local import LocalEngine
from rgbsar_core.errors import GridMismatchError, InputError, OperationCancelled, RgbSarError
from rgbsar_core.legend import Legend
from rgbsar_core.metrics import IGNORE_INDEX, accuracy
from rgbsar_core.model_card import read_card
from rgbsar_core.parameters import BACKENDS, PRECISIONS, ClassificationParameters, EngineOptions
from rgbsar_core.raster.outputs import refuse_outputs
from rgbsar_core.text_files import publish_texts

from .bootstrap import BLOCK, block_matrices, iou_intervals
from .datasets.scenes import find_folder, read_array, read_labels, scene_names
from .evaluate_tiles import evaluate_tiles, find_tile_set
from .evaluation import ROLES, Evaluation, LabelledScenes, band_numbers, markdown, require_without, to_json
from .recipe_file import read_recipe

logger = logging.getLogger(__name__)


def find_scenes(data: str | Path, split: str | None) -> LabelledScenes:
    """Scenes of a recipe or a folder.

    Args:
        data: a recipe (`.yaml`), or a folder with label rasters and, in it or beside it, perhaps `scenes.csv`.
        split: of the table; None takes the recipe's validation splits, or `val`, or without a table every scene.

    Raises:
        InputError: there are none.
    """
    path = Path(data)
    if path.suffix.lower() in (".yaml", ".yml"):
        recipe = read_recipe(path)
        if recipe.data.splits is None:
            raise InputError(f"The recipe '{path}' names no table of scenes (data.splits); expected one. Add it.")
        splits = (split,) if split else recipe.data.validation_splits
        names = scene_names(recipe.data.splits, splits)
        folder = find_folder(recipe.data.folders)
        modalities = (recipe.optical, recipe.sar)
        return LabelledScenes(
            folder=folder, names=names, polygons=recipe.data.polygons, split=", ".join(splits), recipes=modalities
        )
    if not path.is_dir():
        raise InputError(f"'{path}' is neither a folder nor a recipe (.yaml); expected one of them. Check the path.")
    table = next((t for t in (path / "scenes.csv", path.parent / "scenes.csv") if t.is_file()), None)
    if table is not None:
        chosen = split or "val"
        return LabelledScenes(folder=path, names=scene_names(table, (chosen,)), polygons=None, split=chosen)
    if split is not None:
        raise InputError(f"'{path}' has no scenes.csv, so there is no split '{split}'. Leave --split out.")
    names = tuple(sorted(label.name[: -len("_label.tif")] for label in path.glob("*_label.tif")))
    if not names:
        raise InputError(f"'{path}' has no *_label.tif; expected labelled scenes. Give a recipe, or another folder.")
    return LabelledScenes(folder=path, names=names, polygons=None, split="every scene")


def evaluate(
    model: str | Path,
    scenes: LabelledScenes,
    options: EngineOptions | None = None,
    block_side: int = BLOCK,
    without: str = "",
) -> Evaluation:
    """Map every scene and count.

    Args:
        model: file to measure.
        scenes: to map.
        options: of the engine; None takes what users get.
        block_side: pixels, for the interval.
        without: role of the layer that is left out, `optical` or `sar`; "" for none.

    Raises:
        RgbSarError: a model, scene or label that cannot be used.
    """
    card = read_card(model)
    require_without(card, without)
    engine = LocalEngine()
    matrices: dict[str, NDArray[np.int64]] = {}
    unmapped = 0
    bands = {
        spec.role: None if scenes.recipes is None else band_numbers(scenes.recipes[ROLES.index(spec.role)], spec)
        for spec in card.inputs
        if spec.role != without
    }
    try:
        with tempfile.TemporaryDirectory(prefix="rgbsar-evaluate-") as folder:
            for name in tqdm(scenes.names, unit="scene", disable=None):
                reference = read_labels(scenes.folder, name, scenes.polygons, card.legend)
                optical, sar = (
                    "" if role == without else str(scenes.folder / f"{name}_{role}.tif") for role in ROLES
                )
                request = ClassificationParameters(
                    optical=optical,
                    sar=sar,
                    model=str(model),
                    optical_bands=bands.get("optical"),
                    sar_bands=bands.get("sar"),
                    output=str(Path(folder) / "map.tif"),
                    engine=options or EngineOptions(),
                )
                predicted = _class_map(request, engine, card.legend)
                if predicted.shape != reference.shape:
                    raise GridMismatchError(
                        f"The map of '{name}' has {predicted.shape} pixels, its labels {reference.shape}; expected "
                        "the same. Optical, SAR and labels must cover the same ground."
                    )
                missing = (predicted == IGNORE_INDEX) & (reference != IGNORE_INDEX)
                reference = np.where(missing, np.uint8(IGNORE_INDEX), reference)
                matrices[name] = block_matrices(reference, predicted, len(card.legend), block_side)
                unmapped += int(missing.sum())
        info = engine.info
    finally:
        engine.close()
    every = np.concatenate(list(matrices.values()))
    if not len(every):
        raise InputError("The scenes have no labelled pixel that was mapped; expected some. Check labels and split.")
    return Evaluation(
        card=card,
        measured=accuracy(every.sum(axis=0)),
        intervals=iou_intervals(every),
        block_side=block_side,
        scenes={name: accuracy(blocks.sum(axis=0)) for name, blocks in matrices.items()},
        unmapped=unmapped,
        engine=info,
        without=without,
    )


def _class_map(request: ClassificationParameters, engine: LocalEngine, legend: Legend) -> NDArray[np.uint8]:
    """Class indices of the map, 255 where it has none."""
    classify_rasters(request, engine=engine)
    table = np.full(256, IGNORE_INDEX, dtype=np.uint8)
    table[list(legend.values)] = np.arange(len(legend), dtype=np.uint8)
    return table[read_array(Path(request.output))[0]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    parser.add_argument("model", help="model file (.safetensors)")
    parser.add_argument("data", help="recipe (.yaml), or a folder of scenes or tiles")
    parser.add_argument("--split", help="such as test (default: the recipe's validation split, or val)")
    parser.add_argument("--tile", type=int, metavar="N", help="side of the tiles (default: the model's)")
    parser.add_argument("--overlap", type=int, metavar="N", help="of neighbouring tiles (default: the model's)")
    parser.add_argument("--precision", choices=PRECISIONS, default="auto", help="default: what users get")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda[:N] or mps")
    parser.add_argument("--backend", choices=BACKENDS, default="auto")
    parser.add_argument("--block", type=int, default=256, metavar="N", help="side of the resampled blocks")
    parser.add_argument("--without", choices=ROLES, default="", help="leave one layer out, if the model allows it")
    parser.add_argument("--as-published", action="store_true", help="add the figures as the papers' programs count")
    parser.add_argument("--json", metavar="FILE", help="write the figures there, too")
    given = parser.parse_args(arguments)
    if given.block < 1:
        parser.error(f"--block is {given.block}; expected 1 or more")
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    try:
        if given.json:
            data = given.data if Path(given.data).is_file() else None
            refuse_outputs([given.json], (given.model, data))
        options = EngineOptions(
            device=given.device,
            precision=given.precision,
            backend=given.backend,
            tile_size=given.tile,
            overlap=given.overlap,
        )
        tiles = find_tile_set(given.data, given.split, read_card(given.model))
        if tiles is not None:
            scenes = LabelledScenes(folder=tiles.folder, names=tiles.images.names, polygons=None, split=tiles.split)
            evaluation = evaluate_tiles(given.model, tiles.images, options, given.block, given.without)
        else:
            scenes = find_scenes(given.data, given.split)
            evaluation = evaluate(given.model, scenes, options, given.block, given.without)
        if given.json:
            figures = to_json(evaluation, given.model, scenes)
            publish_texts({given.json: json.dumps(figures, indent=1) + "\n"})
    except (RgbSarError, OSError) as error:
        logger.error("%s", error)
        return 1
    except (OperationCancelled, KeyboardInterrupt):
        logger.error("Stopped.")
        return 130
    sys.stdout.write(markdown(evaluation, given.model, scenes, given.as_published))
    return 0


if __name__ == "__main__":
    sys.exit(main())
