"""`rgbsar prepare-sar`: SAR rasters become backscatter in one unit, with less speckle, on the grid of another layer."""

from __future__ import annotations

import argparse
import json
from typing import Any

from ..parameters import SAR_UNITS
from ..sar.preparation import OUTPUT_UNITS, RESAMPLINGS, PreparationParameters, summary_lines
from ..sar.speckle import FILTERS, SpeckleFilter
from ..terminal import Interrupt, ProgressBar, printable
from .common import add_answer, add_command, expect_gdal_returns, number_list

_DEFAULT = SpeckleFilter()


def add(commands: Any) -> None:
    """Declare `rgbsar prepare-sar`."""
    prepare = add_command(commands, "prepare-sar", _prepare, "convert, filter and co-grid SAR backscatter")
    prepare.add_argument("inputs", nargs="+", metavar="SAR", help="a raster, or several dates on one grid to average")
    prepare.add_argument("-o", "--output", required=True)
    prepare.add_argument("--bands", type=number_list, metavar="N,...", help="1-based (default: all)")
    prepare.add_argument("--units", choices=SAR_UNITS, default="auto", help="of the inputs")
    prepare.add_argument(
        "--calibration", type=float, metavar="DB", help="of digital numbers: power in dB = 10 log10(DN^2) + DB"
    )
    prepare.add_argument("--filter", choices=FILTERS, default=_DEFAULT.name, help="default %(default)s")
    prepare.add_argument("--window", type=int, default=_DEFAULT.window, help="side, odd (default %(default)s pixels)")
    prepare.add_argument(
        "--looks", type=float, default=_DEFAULT.looks, help="of one date (default %(default)s: Sentinel-1 IW GRD)"
    )
    prepare.add_argument("--damping", type=float, default=_DEFAULT.damping, help="of frost (default %(default)s)")
    prepare.add_argument("--sigma", type=float, default=_DEFAULT.sigma, help="of lee_sigma (default %(default)s)")
    prepare.add_argument("--grid", metavar="RASTER", help="write the pixels of this raster")
    prepare.add_argument(
        "--resampling", choices=RESAMPLINGS, default="bilinear", help="onto that grid (default %(default)s)"
    )
    prepare.add_argument("--output-units", choices=OUTPUT_UNITS, default="db", help="default %(default)s")
    prepare.add_argument("--threads", type=int, help="that filter (default: one per processor, 4 at most)")
    add_answer(prepare)


def _prepare(options: argparse.Namespace) -> str:
    from ..sar.prepare import prepare_sar

    expect_gdal_returns()
    parameters = PreparationParameters(
        inputs=tuple(options.inputs),
        output=options.output,
        bands=options.bands,
        units=options.units,
        calibration_db=options.calibration,
        speckle=SpeckleFilter(options.filter, options.window, options.looks, options.damping, options.sigma),
        grid=options.grid,
        resampling=options.resampling,
        output_units=options.output_units,
        threads=options.threads,
    )
    with Interrupt() as interrupt, ProgressBar(options.quiet or options.json) as bar:
        result = prepare_sar(parameters, bar.show, interrupt.is_set)
    if options.json:
        return json.dumps(result.to_json(), indent=2)
    lines = [*summary_lines(result), *(f"Warning: {text}" for text in result.warnings), f"SAR: {result.path}"]
    return "" if options.quiet else printable("\n".join(lines))
