"""Check a recipe's data set before an hour is lost: `python -m training.check RECIPE.yaml [key=value ...]`.

Looks at every file as the recipe reads it, in the layout of its data set, and says what is wrong; `--report` adds a
page with pictures of samples. `rgbsar dataset check` does the same for folders that need no recipe. Exit codes: 0 ready
for training, 1 not ready or not to be checked, 2 wrong usage, 130 stopped by hand.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from functools import partial

from rgbsar_core.dataset.check import CheckParameters, check_dataset
from rgbsar_core.errors import OperationCancelled, RgbSarError
from rgbsar_core.terminal import Interrupt, ProgressBar, printable

from .datasets.recipe_samples import recipe_samples
from .datasets.tile_files import data_folder
from .recipe_file import read_recipe

logger = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.check", description=__doc__)
    parser.add_argument("recipe", help="YAML file, such as training/recipes/whu_opt_sar/asanet.yaml")
    parser.add_argument("overrides", nargs="*", metavar="key=value", help="such as data.folders=[FOLDER]")
    parser.add_argument("--report", metavar="FILE.html", help="write a page with pictures of samples")
    parser.add_argument("--pictures", type=int, default=12, help="samples shown in it")
    parser.add_argument("--json", action="store_true", help="result as JSON on stdout")
    parser.add_argument("-q", "--quiet", action="store_true")
    given = parser.parse_intermixed_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        recipe = read_recipe(given.recipe, given.overrides)
        parameters = CheckParameters(folder=str(data_folder(recipe.data)), report=given.report, pictures=given.pictures)
        with Interrupt() as interrupt, ProgressBar(given.quiet or given.json) as bar:
            result = check_dataset(parameters, bar.show, interrupt.is_set, partial(recipe_samples, recipe))
    except (RgbSarError, OSError) as error:
        logger.error("%s", error)
        return 1
    except (OperationCancelled, KeyboardInterrupt):
        logger.error("Stopped.")
        return 130
    if given.json:
        sys.stdout.write(json.dumps(result.to_json(), indent=2) + "\n")
    elif not given.quiet:
        sys.stdout.write(printable("\n".join(result.summary_lines())) + "\n")
    return 1 if result.errors else 0


if __name__ == "__main__":
    sys.exit(main())
