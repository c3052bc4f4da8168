"""`rgbsar design-sample` and `rgbsar assess`: the points an accuracy assessment needs, and what they say of the map."""

from __future__ import annotations

import argparse
from typing import Any

from ..accuracy.sample_design import ALLOCATIONS
from ..class_matching import MATCHES
from ..terminal import Interrupt, ProgressBar
from .common import add_answer, add_command, answer, expect_gdal_returns


def add(commands: Any) -> None:
    """Declare both commands."""
    design = add_command(commands, "design-sample", _design, "draw a stratified random sample of a map, to be labelled")
    design.add_argument("map", help="class raster")
    design.add_argument("-o", "--output", required=True, help="GeoPackage to write")
    design.add_argument("--band", type=int, default=1)
    design.add_argument(
        "--expected-users", type=_shares, default=(0.8,), metavar="U,...",
        help="user's accuracy to be expected, 0 to 1 (default 0.8): one for all classes, or one for each in the map's "
        "order",
    )  # fmt: skip
    design.add_argument(
        "--target-error", type=float, default=0.02,
        help="wanted standard error of overall accuracy (default %(default)s)",
    )  # fmt: skip
    design.add_argument("--total", type=int, help="number of points (default: computed from the two above)")
    design.add_argument("--allocation", choices=ALLOCATIONS, default="good practice", help="default: %(default)s")
    design.add_argument(
        "--least", type=int, default=50, help="points each class gets under 'good practice' (default %(default)s)"
    )
    design.add_argument("--seed", type=int, default=1, help="the same seed gives the same points")
    design.add_argument("--show-strata", action="store_true", help="write map class and weight beside the points")
    assess = add_command(commands, "assess", _assess, "hold a map against reference points, polygons or a class raster")
    assess.add_argument("map", help="class raster")
    assess.add_argument("reference", help="points or polygons with a class (file|layername=NAME), or a class raster")
    assess.add_argument("--field", help="attribute that holds the class (default: label)")
    assess.add_argument("--map-band", type=int, default=1)
    assess.add_argument("--reference-band", type=int, default=1)
    assess.add_argument("--match", choices=MATCHES, default="auto", help="by what classes are found in the map")
    assess.add_argument(
        "--probability-sample", choices=("auto", "yes", "no"), default="auto",
        help="whether points were drawn at random (auto: asks the sample)",
    )  # fmt: skip
    assess.add_argument("--report", help="write an HTML page")
    assess.add_argument("--table", help="write confusion matrix and measures as CSV")
    assess.add_argument("--figures", help="write every figure as JSON")
    add_answer(design)
    add_answer(assess)


def _design(options: argparse.Namespace) -> str:
    from ..accuracy.sampling import SampleParameters, design_sample, summary_lines

    expect_gdal_returns()
    parameters = SampleParameters(
        map=options.map,
        output=options.output,
        band=options.band,
        expected_users=options.expected_users,
        target_error=options.target_error,
        total=options.total,
        allocation=options.allocation,
        least=options.least,
        seed=options.seed,
        show_strata=options.show_strata,
    )
    with Interrupt() as interrupt, ProgressBar(options.quiet or options.json) as bar:
        result = design_sample(parameters, bar.show, interrupt.is_set)
    return answer(options, result, [*summary_lines(result), f"Sample: {result.path}"])


def _assess(options: argparse.Namespace) -> str:
    from ..accuracy.assess import AccuracyParameters, assess_accuracy
    from ..accuracy.report import summary_lines

    expect_gdal_returns()
    parameters = AccuracyParameters(
        map=options.map,
        reference=options.reference,
        field=options.field,
        map_band=options.map_band,
        reference_band=options.reference_band,
        match=options.match,
        probability_sample=options.probability_sample,
        report=options.report,
        table=options.table,
        figures=options.figures,
    )
    with Interrupt() as interrupt, ProgressBar(options.quiet or options.json) as bar:
        result = assess_accuracy(parameters, bar.show, interrupt.is_set)
    return answer(options, result, summary_lines(result))


def _shares(text: str) -> tuple[float, ...]:
    """`0.7,0.9` as numbers, for `type=`."""
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"'{text}' is no list of numbers like 0.7,0.9") from error
