"""`rgbsar refine`: a class map becomes a tidier one, and polygons."""

from __future__ import annotations

import argparse
from typing import Any

from ..parameters import OUTPUT_FORMATS
from ..terminal import Interrupt, ProgressBar
from .common import add_answer, add_command, answer, expect_gdal_returns


def add(commands: Any) -> None:
    """Declare `rgbsar refine`."""
    refine = add_command(commands, "refine", _refine, "filter and generalise a class map, make polygons of it")
    refine.add_argument("map")
    refine.add_argument("-o", "--output", required=True)
    refine.add_argument("--confidence", help="confidence raster of the map (percent): doubtful pixels yield first")
    refine.add_argument("--majority", type=int, default=3, metavar="PIXELS", help="window, odd; 1: none (default: 3)")
    refine.add_argument(
        "--minimum-area", type=float, default=0.0, metavar="HECTARES", help="minimum mapping unit (default: none)"
    )
    refine.add_argument("--connectivity", type=int, choices=(4, 8), default=4)
    refine.add_argument("--polygons", metavar="FILE.gpkg", help="write one polygon per region")
    refine.add_argument(
        "--simplify", type=float, default=0.0, metavar="PIXELS", help="straighten outlines, 0 to 0.45 (default: 0)"
    )
    refine.add_argument("--format", choices=OUTPUT_FORMATS, default="GTiff")
    add_answer(refine)


def _refine(options: argparse.Namespace) -> str:
    from ..maps.refine import RefineParameters, refine_map

    expect_gdal_returns()
    parameters = RefineParameters(
        path=options.map,
        output=options.output,
        confidence=options.confidence,
        majority=options.majority,
        minimum_hectares=options.minimum_area,
        connectivity=options.connectivity,
        polygons=options.polygons,
        tolerance=options.simplify,
        output_format=options.format,
    )
    with Interrupt() as interrupt, ProgressBar(options.quiet or options.json) as bar:
        result = refine_map(parameters, bar.show, interrupt.is_set)
    return answer(options, result, [*result.summary_lines(), f"Map: {result.path}"])
