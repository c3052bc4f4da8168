"""`rgbsar compare`: what changed between two class maps."""

from __future__ import annotations

import argparse
from typing import Any

from ..maps.compare_job import COMPARE_GRIDS
from ..parameters import OUTPUT_FORMATS
from ..terminal import Interrupt, ProgressBar
from .common import add_answer, add_command, answer, expect_gdal_returns


def add(commands: Any) -> None:
    """Declare `rgbsar compare`."""
    compare = add_command(commands, "compare", _compare, "work out what changed between two class maps")
    compare.add_argument("before")
    compare.add_argument("after")
    compare.add_argument("-o", "--output", required=True, help="change raster")
    compare.add_argument("--matrix", metavar="FILE.csv", help="write the change matrix, in pixels and hectares")
    compare.add_argument(
        "--match",
        type=_match,
        action="append",
        default=[],
        metavar="NAME=COMMON",
        help="compare a class of either map under another name; may be repeated",
    )
    compare.add_argument(
        "--grid", choices=COMPARE_GRIDS, default="before", help="whose pixels count (default %(default)s)"
    )
    compare.add_argument("--format", choices=OUTPUT_FORMATS, default="GTiff")
    add_answer(compare)


def _compare(options: argparse.Namespace) -> str:
    from ..maps.compare import CompareParameters, compare_maps

    expect_gdal_returns()
    parameters = CompareParameters(
        before=options.before,
        after=options.after,
        output=options.output,
        matrix=options.matrix,
        matches=tuple(options.match),
        grid=options.grid,
        output_format=options.format,
    )
    with Interrupt() as interrupt, ProgressBar(options.quiet or options.json) as bar:
        result = compare_maps(parameters, bar.show, interrupt.is_set)
    return answer(options, result, [*result.summary_lines(), f"Map: {result.path}"])


def _match(text: str) -> tuple[str, str]:
    """`Wald=forest` as a pair."""
    name, sign, common = text.partition("=")
    if not sign or not name.strip() or not common.strip():
        raise argparse.ArgumentTypeError(f"'{text}' is no pair of names like Wald=forest")
    return name, common
