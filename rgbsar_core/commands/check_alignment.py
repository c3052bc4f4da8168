"""`rgbsar check-alignment`: how far a SAR raster lies from an optical one."""

from __future__ import annotations

import argparse
from typing import Any

from ..alignment.job import AlignmentParameters
from ..parameters import SAR_UNITS
from ..terminal import Interrupt, ProgressBar
from .common import add_answer, add_command, answer, expect_gdal_returns, number_list


def add(commands: Any) -> None:
    """Declare `rgbsar check-alignment`."""
    check = add_command(commands, "check-alignment", _check, "measure the shift between an optical and a SAR raster")
    check.add_argument("optical")
    check.add_argument("sar")
    check.add_argument("--arrows", metavar="FILE.gpkg", help="write the windows' shifts as lines")
    check.add_argument("--corrected", metavar="FILE.tif", help="write the SAR raster moved back by the shift")
    check.add_argument("--optical-bands", type=number_list, metavar="N,...", help="1-based (default: the first three)")
    check.add_argument("--sar-bands", type=number_list, metavar="N,...", help="1-based (default: all)")
    check.add_argument("--sar-units", choices=SAR_UNITS, default="auto")
    check.add_argument("--window", type=int, default=256, help="side of a window (default %(default)s pixels)")
    check.add_argument("--search", type=int, default=16, help="largest shift (default %(default)s pixels)")
    add_answer(check)


def _check(options: argparse.Namespace) -> str:
    from ..alignment.check import check_alignment

    expect_gdal_returns()
    parameters = AlignmentParameters(
        optical=options.optical,
        sar=options.sar,
        arrows=options.arrows,
        corrected=options.corrected,
        optical_bands=options.optical_bands,
        sar_bands=options.sar_bands,
        sar_units=options.sar_units,
        window=options.window,
        search=options.search,
    )
    with Interrupt() as interrupt, ProgressBar(options.quiet or options.json) as bar:
        result = check_alignment(parameters, bar.show, interrupt.is_set)
    lines = result.summary_lines()
    lines += [f"Arrows: {result.arrows}"] if result.arrows else []
    lines += [f"Corrected SAR: {result.corrected}"] if result.corrected else []
    return answer(options, result, lines)
