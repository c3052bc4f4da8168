"""Cut the images of ISPRS Potsdam into AMM-FuseNet's folders: `python -m training.data.tile_potsdam RAW OUTPUT ...`.

RAW holds, at any depth, the data set's `top_potsdam_2_10_RGBIR.tif`, `dsm_potsdam_02_10.tif` and
`top_potsdam_2_10_label.tif` (6000 x 6000 pixels); `--train` and `--test` name text files with one image number a line
(2_10; the data set has 24 and 14). OUTPUT gets `img_dir`, `dsm_dir` and `ann_dir`, each with `train`, `val` and `test`
of 512 x 512 pixels: windows at multiples of 512, the last column and row shifted back to end at the border, 12 x 12 =
144 an image, named column by column. `val` is drawn from the tiles to train on, the same ones each time.

Sizes and counts: notes on oktaykarakus/ReSIF at commit 646da1a. That the last tiles overlap is our choice, it is not
stated; a tenth to validate is what the same authors take in a later work.
Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by hand.
"""

from __future__ import annotations

import argparse
import logging
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from rgbsar_core.errors import InputError, RgbSarError

from .cutting import SIDE, complete_folder, cut, open_scene, places_of, read_names, save

logger = logging.getLogger(__name__)

FOLDERS = {"RGBIR": "img_dir", "dsm": "dsm_dir", "label": "ann_dir"}
_SEED = 3456


def tile_images(
    raw: Path, output: Path, train: Sequence[str], test: Sequence[str], validation: float, side: int = SIDE
) -> dict[str, int]:
    """Cut all images; the output appears when it is complete.

    Args:
        raw: folder of the data set.
        output: folder to make.
        train, test: image numbers.
        validation: share of the training tiles that goes to `val`.
        side: of a tile, pixels.

    Returns:
        Number of tiles of each split.

    Raises:
        InputError: an image that is no number, listed twice or without its three files, files of different sizes or
            smaller than a tile, nothing to train on or to validate, or an output that exists.
        RasterIOError: a file that cannot be read or written.
    """
    if not train or not 0.0 < validation < 1.0:
        raise InputError(
            f"There are {len(train)} images to train on and a share of {validation:g} to validate; expected one image "
            "or more and a share between 0 and 1. Correct the list or --validation."
        )
    repeated = [number for number in {*train, *test} if (*train, *test).count(number) > 1]
    if repeated:
        raise InputError(f"The image {min(repeated)} is listed more than once; expected it in one list. Correct them.")
    files = {number: _find(raw, number) for number in (*train, *test)}
    counts = {"train": 0, "val": 0, "test": 0}
    with complete_folder(output) as folder:
        for split, numbers in (("train", train), ("test", test)):
            for number in tqdm(numbers, desc=split, disable=None):
                counts[split] += _tile_image(files[number], folder, split, number, side)
        counts["val"] = _set_aside(folder, validation)
        counts["train"] -= counts["val"]
    return counts


def _find(raw: Path, number: str) -> dict[str, Path]:
    """The three files of an image; the surface model's name has two digits."""
    if not re.fullmatch(r"\d+_\d+", number):
        raise InputError(f"The lists name the image '{number}'; expected numbers such as 2_10. Correct the lists.")
    row, column = map(int, number.split("_"))
    top = f"top_potsdam_{row}_{column}"
    names = {"RGBIR": f"{top}_RGBIR.tif", "dsm": f"dsm_potsdam_{row:02d}_{column:02d}.tif", "label": f"{top}_label.tif"}
    found = {role: sorted(raw.rglob(name)) for role, name in names.items()}
    for role, paths in found.items():
        if len(paths) != 1:
            raise InputError(
                f"'{raw}' has {len(paths)} files '{names[role]}'; expected one for every listed image. Complete the "
                "folder, remove a second copy, or correct the lists."
            )
    return {role: paths[0] for role, paths in found.items()}


def _tile_image(files: dict[str, Path], folder: Path, split: str, number: str, side: int) -> int:
    sources = {role: open_scene(path) for role, path in files.items()}
    places = places_of(number, sources, side)
    for role, source in sources.items():
        for index, (left, top) in enumerate(places):
            name = f"top_potsdam_{number}_{role}_{index:03d}.tif"
            save(cut(source, left, top, side), folder / FOLDERS[role] / split / name)
    return len(places)


def _set_aside(folder: Path, share: float) -> int:
    """Move a share of the training tiles to `val`."""
    names = sorted(path.name for path in (folder / "img_dir" / "train").iterdir())
    count = max(1, round(len(names) * share))
    for role in FOLDERS.values():
        (folder / role / "val").mkdir()
    for number in np.random.default_rng(_SEED).permutation(len(names))[:count]:
        for role, inside in FOLDERS.items():
            name = names[number].replace("RGBIR", role)
            (folder / inside / "train" / name).rename(folder / inside / "val" / name)
    return count


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.data.tile_potsdam", description=__doc__)
    parser.add_argument("raw", type=Path, help="folder with the images, surface models and labels")
    parser.add_argument("output", type=Path, help="folder to make, such as data/potsdam")
    parser.add_argument("--train", type=Path, required=True, metavar="LIST", help="images to train on")
    parser.add_argument("--test", type=Path, required=True, metavar="LIST", help="images to test on")
    parser.add_argument("--validation", type=float, default=0.1, metavar="SHARE", help="of the training tiles (0.1)")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        counts = tile_images(
            given.raw, given.output, read_names(given.train), read_names(given.test), given.validation
        )
    except RgbSarError as error:
        logger.error("%s", error)
        return 1
    except KeyboardInterrupt:
        logger.error("Stopped; nothing was left behind.")
        return 130
    logger.info("%s tiles written to '%s'.", ", ".join(f"{n:,} {split}" for split, n in counts.items()), given.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
