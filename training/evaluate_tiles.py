"""Measuring a model file on a folder of tiles.

Tiles are pictures of one size, often without georeference, so they do not take the road of maps: each is read as in
training, normalised by the model's card and predicted whole in this process, in float32. Where the card asks for
percentiles they are those of the tile's whole scene, which a folder with a `dataset.json` holds, else each tile's own.
"""

from __future__ import annotations

import dataclasses
import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from rgbsar_core.dataset.description import read_description
from rgbsar_core.engine.device import choose_device, device_name
from rgbsar_core.engine.model_file import load_model
from rgbsar_core.errors import InputError
from rgbsar_core.legend import Legend
from rgbsar_core.metrics import accuracy
from rgbsar_core.model_card import Band, InputSpec, ModelCard
from rgbsar_core.parameters import EngineOptions
from rgbsar_core.results import EngineInfo

from .bootstrap import BLOCK, block_matrices, iou_intervals
from .datasets.images import LabelledImages
from .datasets.splits import shared_sentence
from .datasets.tile_files import data_folder, shared_names
from .datasets.tiles import open_tiles
from .evaluation import Evaluation, band_numbers, require_without
from .prediction import predict, scene_inputs
from .recipe import ModalityRecipe, TilesRecipe, ValidationRecipe
from .recipe_file import read_recipe

logger = logging.getLogger(__name__)

BATCH = 8
"""Tiles of one large image at a time."""


@dataclass(frozen=True)
class FoundTiles:
    """Tiles to measure on.

    Attributes:
        folder: they lie in.
        split: of them, for the report.
        images: the tiles.
    """

    folder: Path
    split: str
    images: LabelledImages


def find_tile_set(data: str | Path, split: str | None, card: ModelCard) -> FoundTiles | None:
    """The tiles of a recipe or a folder; None if it holds scenes.

    Args:
        data: a recipe (`.yaml`), or a folder as `rgbsar dataset make` writes it, whose labels are class values.
        split: to measure on; None takes the recipe's validation splits, or `val`.
        card: of the model; says how the tiles are normalised and what the classes are.

    Raises:
        InputError: tiles that do not fit the recipe or the card.
        RasterIOError: a first tile that GDAL cannot read.
    """
    path = Path(data)
    if path.suffix.lower() in (".yaml", ".yml"):
        recipe = read_recipe(path)
        tell_of_other_names(recipe.legend, card.legend)
        if recipe.data.splits is not None:
            return None
        folder, tiles = data_folder(recipe.data), recipe.data.tiles
        splits = (split,) if split else recipe.data.validation_splits
        wanted: tuple[ModalityRecipe | None, ...] = (recipe.optical, recipe.sar)
    else:
        tiles = TilesRecipe()
        lists = [path / name for name in tiles.lists.values()]
        if not any(file.is_file() for file in lists):
            return None
        folder, splits, wanted = path, (split or "val",), (None, None)
    described = read_description(folder)
    if described is not None and wanted == (None, None):
        tell_of_other_names(described.legend, card.legend)
    stored = (None, None) if described is None else (described.optical.units, described.sar.units)
    optical, sar = (_modality(*each) for each in zip(wanted, (card.optical, card.sar), stored))
    images = open_tiles(folder, tiles, splits, optical, sar, card.legend, memory_mb=0)
    for name in splits:
        shared = shared_names(folder, tiles, "train", name) if name != "train" else ()
        if shared:
            logger.warning(shared_sentence(name, shared))
    return FoundTiles(folder, ", ".join(splits), images)


def evaluate_tiles(
    model: str | Path, images: LabelledImages, options: EngineOptions, block_side: int = BLOCK, without: str = ""
) -> Evaluation:
    """Predict every tile whole and count.

    Args:
        model: file to measure.
        images: to predict.
        options: device, tile size and overlap; the latter two matter where images are larger than a tile.
        block_side: pixels, for the interval.
        without: role of the modality that is left out, `optical` or `sar`; "" for none.

    Raises:
        InputError: options that this road does not have, no labelled pixel.
        RgbSarError: a model or tile that cannot be used.
    """
    if options.precision not in ("auto", "float32") or options.backend not in ("auto", "torch"):
        raise InputError(
            f"Precision {options.precision} and backend {options.backend} were asked for; tiles are measured in "
            "float32 by torch. Leave --precision and --backend out."
        )
    device, warnings = choose_device(options.device)
    network, card = load_model(model, device)
    require_without(card, without)
    tiling = ValidationRecipe(
        tile=options.tile_size or card.tile_size,
        overlap=card.overlap if options.overlap is None else options.overlap,
        batch=BATCH,
    )
    matrices: dict[str, NDArray[np.int64]] = {}
    for number, image in enumerate(tqdm(images, unit="tile", disable=None)):
        inputs = scene_inputs(image, card.inputs, without)
        labels = predict(network, *inputs, len(card.legend), tiling, device, card.temperature).labels
        name = image.name if image.name not in matrices else f"{image.name} ({number})"  # two splits may share it
        matrices[name] = block_matrices(image.labels, labels, len(card.legend), block_side)
    every = np.concatenate(list(matrices.values()))
    if not len(every):
        raise InputError("The tiles have no labelled pixel; expected some. Check labels and split.")
    return Evaluation(
        card=card,
        measured=accuracy(every.sum(axis=0)),
        intervals=iou_intervals(every),
        block_side=block_side,
        scenes={name: accuracy(blocks.sum(axis=0)) for name, blocks in matrices.items()},
        unmapped=0,
        engine=EngineInfo(
            device=str(device),
            device_name=device_name(device),
            precision="float32",
            backend="torch",
            batch_size=BATCH,
            tile_size=tiling.tile,
            overlap=tiling.overlap,
            torch_version=torch.__version__,
            warnings=warnings,
        ),
        without=without,
    )


def tell_of_other_names(data: Legend, model: Legend) -> None:
    """Warn where a class value has another name in the data than in the model: values are what is compared."""
    names = dict(zip(model.values, model.names))
    other = [(value, name) for value, name in zip(data.values, data.names) if name != names.get(value)]
    if other:
        told = "; ".join(
            f"{value} is {name} in the data, {names.get(value, 'no class')} in the model" for value, name in other
        )
        logger.warning(
            "Class values mean something else: %s. Labels are compared by their values: unless these are two names of "
            "one class, the figures are wrong. Map the labels to the model's values (data.tiles.label.values).", told,
        )  # fmt: skip


def _modality(own: ModalityRecipe | None, spec: InputSpec | None, stored: str | None) -> ModalityRecipe:
    """How one modality is read: bands as the recipe says, or the first ones, percentiles as the card says.

    Units, too, are the card's where the folder says which ones are stored (else None). Of a modality that the model
    ignores the first band is read and not looked at.
    """
    if spec is None:
        return ModalityRecipe(bands=(Band("ignored"),), percentiles=None, units=stored or "digital_number")
    if own is None:
        return ModalityRecipe(bands=spec.bands, units=spec.units, percentiles=spec.percentiles)
    units = own.units if stored is None else spec.units
    return dataclasses.replace(
        own, bands=spec.bands, file_bands=band_numbers(own, spec), units=units, percentiles=spec.percentiles
    )
