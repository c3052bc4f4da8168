"""Cut the scenes of WHU-OPT-SAR into tiles as ASANet does: `python -m training.data.tile_whu_opt_sar RAW OUTPUT ...`.

RAW has the folders `optical`, `sar` and `lbl` with one GeoTIFF a scene each (5556 x 3704 pixels); `--train` and
`--test` name text files with one scene a line (the data set's authors publish 80 and 20). OUTPUT gets `train` and
`test`, each with `opt_dir`, `sar_dir` and `ann_dir` of 512 x 512 pixels: windows at multiples of 512, the last column
and row shifted back to end at the border, 11 x 8 = 88 a scene, named <scene>_<index> column by column. Labels
0, 10 .. 70 become 0 (background) and 1 .. 7.

Source: tools of whu-pzhang/ASANet at commit 58f64c3, as described in the project's notes on the data sets.
Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by hand.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from rgbsar_core.errors import InputError, RgbSarError
from rgbsar_core.raster.gdal_calls import gdal

from .cutting import SIDE, complete_folder, cut, open_scene, places_of, read_names, save

logger = logging.getLogger(__name__)

ROLES = {"optical": "opt_dir", "sar": "sar_dir", "lbl": "ann_dir"}
LABELS = range(0, 80, 10)


def tile_scenes(raw: Path, output: Path, splits: dict[str, Sequence[str]], side: int = SIDE) -> int:
    """Cut all scenes; the output appears when it is complete.

    Args:
        raw: folder of `optical`, `sar` and `lbl`.
        output: folder to make.
        splits: split -> scene names.
        side: of a tile, pixels.

    Returns:
        Number of tiles.

    Raises:
        InputError: a scene listed twice, without its three files, of different sizes or smaller than a tile, unknown
            labels, or an output that exists.
        RasterIOError: a file that cannot be read or written.
    """
    scenes = [(split, name) for split, names in splits.items() for name in names]
    every = [name for _, name in scenes]
    repeated = next((name for name in every if every.count(name) > 1), None)
    if repeated is not None:
        raise InputError(f"The scene '{repeated}' is listed more than once; expected it in one list. Correct them.")
    missing = [
        path for _, name in scenes for role in ROLES if not (path := raw / role / f"{name}.tif").is_file()
    ]
    if missing:
        raise InputError(
            f"'{missing[0]}' does not exist ({len(missing)} files missing); expected optical, sar and lbl of every "
            "listed scene. Complete the folder or correct the lists."
        )
    with complete_folder(output) as folder:
        return sum(_tile_scene(raw, folder / split, name, side) for split, name in tqdm(scenes, disable=None))


def _tile_scene(raw: Path, target: Path, name: str, side: int) -> int:
    sources = {role: open_scene(raw / role / f"{name}.tif") for role in ROLES}
    places = places_of(name, sources, side)
    for role, folder in ROLES.items():
        for index, (left, top) in enumerate(places):
            tile = cut(sources[role], left, top, side)
            if role == "lbl":
                _divide_labels(tile, name)
            save(tile, target / folder / f"{name}_{index:03d}.tif")
    return len(places)


def _divide_labels(tile: gdal.Dataset, name: str) -> None:
    band = tile.GetRasterBand(1)
    values: Any = band.ReadAsArray()
    unknown = sorted(set(np.unique(values).tolist()) - set(LABELS))
    if unknown:
        raise InputError(
            f"The label of '{name}' holds {', '.join(map(str, unknown))}; expected 0, 10 .. 70. Fetch the label again."
        )
    band.WriteArray(values // 10)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.data.tile_whu_opt_sar", description=__doc__)
    parser.add_argument("raw", type=Path, help="folder with optical, sar and lbl")
    parser.add_argument("output", type=Path, help="folder to make, such as data/whu-opt-sar/crop512")
    parser.add_argument("--train", type=Path, required=True, metavar="LIST", help="scenes to train on")
    parser.add_argument("--test", type=Path, required=True, metavar="LIST", help="scenes to test on")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        tiles = tile_scenes(given.raw, given.output, {"train": read_names(given.train), "test": read_names(given.test)})
    except RgbSarError as error:
        logger.error("%s", error)
        return 1
    except KeyboardInterrupt:
        logger.error("Stopped; nothing was left behind.")
        return 130
    logger.info("%d tiles written to '%s'.", tiles, given.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
