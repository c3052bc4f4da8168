"""Write the lists of DDHR-SK: ASANet's by `python -m training.data.split_ddhr_sk FOLDER`.

FOLDER (`data/DDHR-DATA/korea`) has numbered files 1..N in `GF2`, `GF3` and `label`. Blocks of a hundred alternate:
100 j to 100 j + 99 with j even, 2 <= j <= N // 100, are validation, the other numbers of 1..N-1 training; with
N = 6,173 these are 3,000 and 3,172 tiles, and tile 6173 is not used. With `--train trainM_list.txt --val
valM_list.txt` the lists are those of the data set's makers (XD-MG/DDHRNet), which hold the paths of optical image, SAR
image and label in a line: the numbers of their files alone are kept.

Source: tools of whu-pzhang/ASANet at commit 58f64c3, as described in the project's notes on the data sets.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from rgbsar_core.errors import InputError, RgbSarError
from rgbsar_core.text_files import publish_texts

logger = logging.getLogger(__name__)


def split_numbers(last: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Training and validation numbers of a set that ends with `last`."""
    held = {
        number for j in range(2, last // 100 + 1, 2) for number in range(100 * j, 100 * j + 100) if number < last
    }
    return tuple(number for number in range(1, last) if number not in held), tuple(sorted(held))


def read_makers_list(path: Path) -> tuple[int, ...]:
    """Numbers of the tiles in a list of the data set's makers.

    Raises:
        InputError: a file that is no such list.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The list '{path}' cannot be read ({error}). Check the path.") from error
    tiles = [{PurePosixPath(file).stem for file in line.split()} for line in lines]
    for number, stems in enumerate(tiles or [set()], start=1):
        if len(stems) != 1 or not min(stems).isdecimal():
            raise InputError(
                f"'{path}' has no tile in its line {number}; expected the paths of optical image, SAR image and label, "
                "all of one number. Take the makers' list."
            )
    return tuple(sorted(int(min(stems)) for stems in tiles))


def write_lists(folder: Path, makers: Sequence[Path] = ()) -> tuple[int, int]:
    """Write `train.txt` and `val.txt`; returns how many tiles each names.

    Args:
        folder: of the tiles.
        makers: lists of the data set's makers, to train and to validate; () takes ASANet's blocks.

    Raises:
        InputError: no numbered labels, gaps among them, or lists that exist or cannot be read.
        RasterIOError: the lists cannot be written.
    """
    existing = [name for name in ("train.txt", "val.txt") if (folder / name).exists()]
    if existing:
        raise InputError(f"'{folder / existing[0]}' exists already; expected no lists. Remove it to make new ones.")
    numbers = {int(path.stem) for path in (folder / "label").glob("*.png") if path.stem.isdecimal()}
    last = max(numbers, default=0)
    if not numbers or len(numbers) != last:
        raise InputError(
            f"'{folder / 'label'}' has {len(numbers)} numbered .png files up to {last}; expected all from 1 on. "
            "Complete the folder."
        )
    lists = tuple(read_makers_list(path) for path in makers) or split_numbers(last)
    highest = max(map(max, lists))
    if highest > last:
        raise InputError(
            f"The lists name the tile {highest}; '{folder / 'label'}' ends with {last}. Complete the folder, or take "
            "the lists that belong to it."
        )
    texts = {
        str(folder / name): "".join(f"{number}\n" for number in chosen)
        for name, chosen in zip(("train.txt", "val.txt"), lists)
    }
    publish_texts(texts)
    return len(lists[0]), len(lists[1])


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.data.split_ddhr_sk", description=__doc__)
    parser.add_argument("folder", type=Path, help="such as data/DDHR-DATA/korea")
    parser.add_argument("--train", type=Path, metavar="LIST", help="makers' list, such as trainM_list.txt")
    parser.add_argument("--val", type=Path, metavar="LIST", help="makers' list, such as valM_list.txt")
    given = parser.parse_args(arguments)
    makers = [path for path in (given.train, given.val) if path is not None]
    if len(makers) == 1:
        parser.error("--train and --val go together")
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        counts = write_lists(given.folder, makers)
    except RgbSarError as error:
        logger.error("%s", error)
        return 1
    logger.info("%d tiles to train on, %d to validate.", *counts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
