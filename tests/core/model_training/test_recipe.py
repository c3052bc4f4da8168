"""The recipe that QGIS's *Train model* gives to the training process."""

from __future__ import annotations

from pathlib import Path

import pytest

from rgbsar_core.dataset.description import DatasetDescription, ModalityDescription
from rgbsar_core.dataset.pack import Packed
from rgbsar_core.legend import LandCoverClass, Legend
from rgbsar_core.model_card import Band
from rgbsar_core.model_training.parameters import TrainParameters
from rgbsar_core.model_training.recipe import build_recipe

BAND = ModalityDescription("optical", (Band("red"),), "digital_number", (1.0,), (0.0,), "uint8")
DESCRIBED = DatasetDescription(
    name="fields",
    legend=Legend((LandCoverClass(1, "field", (1, 2, 3)), LandCoverClass(2, "water", (4, 5, 6)))),
    optical=BAND,
    sar=BAND,
    gsd=10.0,
    tile_size=64,
    sources=({"name": "north", "optical": "north.tif"},),
)


@pytest.mark.parametrize(("tiles", "told"), [
    ({"train": 7, "val": 2, "test": 3}, "7 trained on, 2 for validation, 3 for the test"),
    ({"train": 7, "val": 2}, "7 trained on, 2 for validation"),  # made without a share for the test
])  # fmt: skip
def test_the_card_tells_the_splits_that_there_are(tiles: dict[str, int], told: str) -> None:
    packed = Packed(Path("arrays"), tiles, {split: (5, 5) for split in tiles})
    recipe = build_recipe(TrainParameters(folder="set", model="m.safetensors"), DESCRIBED, packed, Path("run"))
    assert recipe["data"]["sources"] == [
        {"name": "fields", "optical": "north.tif", "split": f"tiles of all sources: {told}"}
    ]
