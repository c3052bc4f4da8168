"""`rgbsar classify`: two rasters, or one, and a model file become a map."""

from __future__ import annotations

import argparse
import json
from typing import Any

from ..parameters import (
    BACKENDS,
    CLUSTER_FORMATS,
    GRIDS,
    PRECISIONS,
    RESAMPLINGS,
    SAR_UNITS,
    ClassificationParameters,
    EngineOptions,
)
from ..terminal import Interrupt, ProgressBar, printable
from .common import add_answer, add_command, add_extent, chosen_extent, expect_gdal_returns, number_list


def add(commands: Any) -> None:
    """Declare `rgbsar classify`."""
    classify = add_command(commands, "classify", _classify, "map the land cover of two rasters")
    classify.add_argument("optical", help="the optical raster, or - for none where the model allows it")
    classify.add_argument("sar", help="the SAR raster, or - for none")
    classify.add_argument("-m", "--model", required=True)
    classify.add_argument("-o", "--output", required=True)
    classify.add_argument("--optical-bands", type=number_list, metavar="N,N,...", help="1-based, in the model's order")
    classify.add_argument("--sar-bands", type=number_list, metavar="N,...")
    classify.add_argument("--optical-scale", type=float, help="reflectance = number * scale + offset")
    classify.add_argument("--optical-offset", type=float)
    classify.add_argument("--sar-units", choices=SAR_UNITS, default="auto")
    classify.add_argument(
        "--grid", choices=GRIDS, default="optical", help="whose pixels the map has (default %(default)s)"
    )
    classify.add_argument("--gsd", type=float, help="pixel size in the units of that grid's CRS")
    add_extent(classify)
    classify.add_argument("--mask", help="polygon file; only inside is mapped")
    classify.add_argument("--resampling", choices=RESAMPLINGS, default="bilinear", help="default %(default)s")
    classify.add_argument("--confidence", help="write the confidence raster (percent)")
    classify.add_argument("--probabilities", help="write one band of percent per class")
    classify.add_argument("--area-table", help="write class areas as CSV")
    classify.add_argument("--report", help="write an HTML report")
    classify.add_argument(
        "--format",
        choices=CLUSTER_FORMATS,
        default="GTiff",
        help="VRT, with --cluster only: the parts the workers wrote, joined by a virtual raster; cannot be resumed",
    )
    classify.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N, mps")
    classify.add_argument("--precision", choices=PRECISIONS, default="auto")
    classify.add_argument("--backend", choices=BACKENDS, default="auto")
    for name in ("tile-size", "overlap", "batch-size", "threads"):
        classify.add_argument(f"--{name}", type=int)
    classify.add_argument(
        "--cluster",
        metavar="WHERE",
        help="spread the work over a Dask cluster: local:N for N processes here (one a GPU with dask-cuda), the "
        "address of a scheduler (tcp://host:8786), or its .json file",
    )
    classify.add_argument(
        "--resume",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="go on from the rows an interrupted run of the same job has left, and keep the finished ones if this "
        "run is interrupted (default); --no-resume starts from the top and leaves nothing behind",
    )
    add_answer(classify)


def _classify(options: argparse.Namespace) -> str:
    from ..classify import classify_rasters
    from ..report import summary_lines

    expect_gdal_returns()
    parameters = ClassificationParameters(
        optical="" if options.optical == "-" else options.optical,
        sar="" if options.sar == "-" else options.sar,
        model=options.model,
        output=options.output,
        optical_bands=options.optical_bands,
        sar_bands=options.sar_bands,
        optical_scale=options.optical_scale,
        optical_offset=options.optical_offset,
        sar_units=options.sar_units,
        grid=options.grid,
        gsd=options.gsd,
        extent=chosen_extent(options),
        mask=options.mask,
        resampling=options.resampling,
        confidence=options.confidence,
        probabilities=options.probabilities,
        area_table=options.area_table,
        report=options.report,
        output_format=options.format,
        resume=options.resume,
        engine=EngineOptions(
            device=options.device,
            precision=options.precision,
            backend=options.backend,
            tile_size=options.tile_size,
            overlap=options.overlap,
            batch_size=options.batch_size,
            threads=options.threads,
        ),
    )
    with Interrupt() as interrupt, ProgressBar(options.quiet or options.json) as bar:
        if options.cluster:
            from ..cluster import classify_on_cluster

            result = classify_on_cluster(parameters, options.cluster, bar.show, interrupt.is_set)
        else:
            result = classify_rasters(parameters, bar.show, interrupt.is_set)
    if options.json:
        return json.dumps(result.to_json(), indent=2)
    return "" if options.quiet else printable("\n".join([*summary_lines(result), f"Map: {result.path}"]))
