"""From a recipe to the images of a split, whatever the layout.

GDAL is imported by the layouts that need it: a packed folder is read where there is none, see `packed.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..recipe import Recipe
from .images import LabelledImages, SceneSet
from .packed import is_packed, open_packed
from .tile_files import data_folder, keep_fraction, shared_names


def training_images(recipe: Recipe) -> LabelledImages:
    """The images to train on, or the share of them that `data.fraction` keeps.

    Raises:
        InputError: data that do not fit the recipe.
        RasterIOError: a file that GDAL cannot read.
    """
    return open_images(recipe, recipe.data.train_splits, fraction=recipe.data.fraction)


def validation_images(recipe: Recipe) -> LabelledImages:
    """The images to validate on; raises as `training_images`."""
    return open_images(recipe, recipe.data.validation_splits)


def shared_with_tests(recipe: Recipe) -> dict[str, tuple[str, ...]]:
    """Tiles to train on that a list of another split, one to test on, names too; by that split."""
    data = recipe.data
    if data.splits is not None or is_packed(data_folder(data)):
        return {}
    others = [split for split in data.tiles.lists if split not in (*data.train_splits, *data.validation_splits)]
    return {
        split: tuple(
            name for own in data.train_splits for name in shared_names(data_folder(data), data.tiles, own, split)
        )
        for split in others
    }


def shared_sentence(split: str, names: Sequence[str]) -> str:
    """What is wrong with images of a split that are trained on."""
    told = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
    return (
        f"{len(names)} of the {split} images are among those to train on ({told}); expected none, for figures "
        "measured on them are too good. Take them out of one of the lists."
    )


def open_images(recipe: Recipe, splits: Sequence[str], *, fraction: float = 1.0) -> LabelledImages:
    """The images of some splits.

    Args:
        recipe: names the data, the bands and their stretch.
        splits: to read, in this order.
        fraction: share of the images that is kept.

    Raises:
        InputError: data that do not fit the recipe.
        RasterIOError: a file that GDAL cannot read.
    """
    data, legend, change = recipe.data, recipe.legend, recipe.augmentation
    either = change.drop_optical > 0.0 and change.drop_sar > 0.0
    if data.splits is not None:
        from .scenes import read_scenes

        scenes = read_scenes(data, splits, recipe.optical, recipe.sar, legend, either)
        return SceneSet([scenes[number] for number in keep_fraction(scenes.names, fraction)])
    folder = data_folder(data)
    if is_packed(folder):
        return open_packed(folder, splits, recipe.optical, recipe.sar, legend, fraction)
    from .tiles import open_tiles

    return open_tiles(
        folder, data.tiles, splits, recipe.optical, recipe.sar, legend, data.memory_mb, either, fraction
    )
