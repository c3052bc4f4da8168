"""Write ASANet's lists of DDHR-SK: `python -m training.data.split_ddhr_sk FOLDER`.

FOLDER (`data/DDHR-DATA/korea`) has numbered files 1..N in `GF2`, `GF3` and `label`. Blocks of a hundred alternate:
100 j to 100 j + 99 with j even, 2 <= j <= N // 100, are validation, the other numbers of 1..N-1 training; with
N = 6,173 these are 3,000 and 3,172 tiles, and tile 6173 is not used.

Source: tools of whu-pzhang/ASANet at commit 58f64c3, as described in the project's notes on the data sets.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from rgbsar_core.errors import InputError, RgbSarError
from rgbsar_core.text_files import publish_texts

logger = logging.getLogger(__name__)


def split_numbers(last: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Training and validation numbers of a set that ends with `last`."""
    held = {
        number for j in range(2, last // 100 + 1, 2) for number in range(100 * j, 100 * j + 100) if number < last
    }
    return tuple(number for number in range(1, last) if number not in held), tuple(sorted(held))


def write_lists(folder: Path) -> tuple[int, int]:
    """Write `train.txt` and `val.txt`; returns how many tiles each names.

    Raises:
        InputError: no numbered labels, gaps among them, or lists that exist.
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
    lists = split_numbers(last)
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
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        counts = write_lists(given.folder)
    except RgbSarError as error:
        logger.error("%s", error)
        return 1
    logger.info("%d tiles to train on, %d to validate.", *counts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
