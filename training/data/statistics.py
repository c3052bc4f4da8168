"""Mean and deviation per band of a recipe's training images: `python -m training.data.statistics RECIPE [key=value]`.

Prints lines for the recipe, of the values after its percentiles and clip, and the labelled pixels per class. Numbers
that the recipe fixes are left aside.
"""

from __future__ import annotations

import argparse
import dataclasses
import logging
import sys
from collections.abc import Sequence

from rgbsar_core.errors import RgbSarError

from ..datasets.samples import class_pixels, training_statistics
from ..datasets.splits import training_images
from ..recipe import Recipe
from ..recipe_file import read_recipe

logger = logging.getLogger(__name__)


def describe(recipe: Recipe) -> str:
    """The numbers as YAML.

    Raises:
        RgbSarError: data that cannot be read or do not fit the recipe.
    """
    free = dataclasses.replace(
        recipe,
        optical=dataclasses.replace(recipe.optical, mean=None, std=None),
        sar=dataclasses.replace(recipe.sar, mean=None, std=None),
    )
    images = training_images(free)
    lines = [f"# {len(images)} training images"]
    for role, (mean, std) in zip(("optical", "sar"), training_statistics(images, free)):
        lines += [f"{role}:", f"  mean: {list(mean)}", f"  std: {list(std)}"]
    counts = class_pixels(images, len(recipe.classes))
    total = max(sum(counts), 1)
    lines += [
        f"# class {entry.value} {entry.name}: {count:,} pixels, {100.0 * count / total:.1f} %"
        for entry, count in zip(recipe.classes, counts)
    ]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.data.statistics", description=__doc__)
    parser.add_argument("recipe", help="YAML file, such as training/recipes/ombria/asanet.yaml")
    parser.add_argument("overrides", nargs="*", metavar="key=value", help="such as data.folders=[FOLDER]")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        sys.stdout.write(describe(read_recipe(given.recipe, given.overrides)))
    except RgbSarError as error:
        logger.error("%s", error)
        return 1
    except KeyboardInterrupt:
        logger.error("Stopped.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
