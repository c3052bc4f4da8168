"""`rgbsar dataset make` and `rgbsar dataset check`: layers and labels become tiles for training; are they any good?"""

from __future__ import annotations

import argparse
import json
from typing import Any, Optional

from ..dataset.make_job import DEFAULT_LEAST_LABELLED, DEFAULT_SHARES, DEFAULT_TILE, MakeParameters, SceneFiles
from ..dataset.scene_list import read_scene_list
from ..errors import InputError
from ..legend import Legend
from ..parameters import GRIDS, RESAMPLINGS, SAR_UNITS
from ..terminal import Interrupt, ProgressBar, printable
from .common import (
    Failed,
    add_answer,
    add_command,
    add_extent,
    answer,
    chosen_extent,
    expect_gdal_returns,
    number_list,
)


def add(commands: Any) -> None:
    """Declare `rgbsar dataset` and what stands below it."""
    group = commands.add_parser("dataset", help="make and check training data", description="Training data.")
    below = group.add_subparsers(required=True, metavar="make|check")
    _add_make(below)
    _add_check(below)


def _add_make(commands: Any) -> None:
    make = add_command(commands, "make", _make, "cut layers and labels into tiles for training")
    make.add_argument("optical", nargs="?")
    make.add_argument("sar", nargs="?")
    make.add_argument("labels", nargs="?", help="polygons with a class (file|layername=NAME), or a class raster")
    make.add_argument("--scenes", metavar="FILE.csv", help="several places: columns optical,sar,labels,name")
    make.add_argument("-o", "--output", required=True, metavar="FOLDER", help="new or empty folder")
    make.add_argument("--field", help="attribute of polygons that holds the class, as name or value (default: label)")
    make.add_argument("--label-band", type=int, default=1, help="band of a class raster")
    make.add_argument(
        "--class", dest="classes", action="append", default=[], metavar="VALUE=NAME[=#RRGGBB]",
        help="list the classes yourself; may be repeated (default: those the labels have)",
    )  # fmt: skip
    make.add_argument("--optical-bands", type=number_list, metavar="N,N,...", help="default: all")
    make.add_argument("--sar-bands", type=number_list, metavar="N,...", help="default: all")
    make.add_argument("--optical-scale", type=float, help="reflectance = number * scale + offset")
    make.add_argument("--optical-offset", type=float)
    make.add_argument("--sar-units", choices=SAR_UNITS, default="auto")
    make.add_argument(
        "--grid", choices=GRIDS, default="optical", help="whose pixels the tiles have (default %(default)s)"
    )
    make.add_argument("--gsd", type=float, help="pixel size in the units of that grid's CRS")
    add_extent(make)
    make.add_argument("--mask", help="polygon file; labels outside are not used")
    make.add_argument("--resampling", choices=RESAMPLINGS, default="bilinear", help="default %(default)s")
    make.add_argument("--tile", type=int, default=DEFAULT_TILE, help="side of a tile, pixels (default %(default)s)")
    make.add_argument("--block", type=int, help="side of a block of tiles that stay in one split (default: up to 4)")
    make.add_argument("--gap", type=int, help="pixels left out between blocks (default: a quarter of a tile)")
    make.add_argument(
        "--shares", type=_shares, default=DEFAULT_SHARES, metavar="TRAIN,VAL,TEST",
        help="default 0.7,0.15,0.15; 0 leaves VAL or TEST out",
    )  # fmt: skip
    make.add_argument(
        "--least-labelled", type=float, default=DEFAULT_LEAST_LABELLED, metavar="SHARE",
        help="tiles with a smaller share of labelled pixels are left out (default %(default)s)",
    )  # fmt: skip
    make.add_argument("--seed", type=int, default=1, help="the same seed gives the same split")
    add_answer(make)


def _add_check(commands: Any) -> None:
    check = add_command(commands, "check", _check, "say what is wrong with a folder of training data")
    check.add_argument("folder", help="in ASANet's layout or AMM-FuseNet's; exit code 1 if training would fail")
    for option, role in (("optical", "optical"), ("sar", "SAR"), ("label", "label")):
        text = f"folder of the {role} tiles (default: found by its name)"
        check.add_argument(f"--{option}", metavar="NAME", help=text)
    check.add_argument(
        "--values", type=number_list, metavar="N,N,...",
        help="class values the labels may have (default: as dataset.json says, else those found)",
    )  # fmt: skip
    check.add_argument(
        "--ignore", type=int, metavar="N",
        help="label of pixels without a class (default: as dataset.json says, else 255)",
    )  # fmt: skip
    check.add_argument("--report", metavar="FILE.html", help="write a page with pictures of samples")
    check.add_argument("--pictures", type=int, default=12, help="samples shown in it")
    add_answer(check)


def _check(options: argparse.Namespace) -> str:
    from ..dataset.check import CheckParameters, check_dataset

    expect_gdal_returns()
    parameters = CheckParameters(
        folder=options.folder,
        optical_folder=options.optical,
        sar_folder=options.sar,
        label_folder=options.label,
        values=options.values,
        ignore=options.ignore,
        report=options.report,
        pictures=options.pictures,
    )
    with Interrupt() as interrupt, ProgressBar(options.quiet or options.json) as bar:
        result = check_dataset(parameters, bar.show, interrupt.is_set)
    if options.json:
        text = json.dumps(result.to_json(), indent=2)
    else:
        text = "" if options.quiet else printable("\n".join(result.summary_lines()))
    return Failed(text) if result.errors else text


def _make(options: argparse.Namespace) -> str:
    from ..dataset.make import make_dataset

    expect_gdal_returns()
    parameters = MakeParameters(
        scenes=_scenes(options),
        output=options.output,
        field=options.field,
        label_band=options.label_band,
        classes=_legend(options.classes),
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
        tile_size=options.tile,
        block_tiles=options.block,
        gap=options.gap,
        shares=options.shares,
        least_labelled=options.least_labelled,
        seed=options.seed,
    )
    with Interrupt() as interrupt, ProgressBar(options.quiet or options.json) as bar:
        result = make_dataset(parameters, bar.show, interrupt.is_set)
    return answer(options, result, [*result.summary_lines(), f"Data set: {result.path}"])


def _scenes(options: argparse.Namespace) -> tuple[SceneFiles, ...]:
    given = [path for path in (options.optical, options.sar, options.labels) if path]
    if options.scenes and not given:
        return read_scene_list(options.scenes)
    if options.scenes or len(given) != 3:
        raise InputError(
            f"{len(given)} files and {'a' if options.scenes else 'no'} list of scenes were given; expected an optical, "
            "a SAR and a label file, or --scenes FILE.csv. Give one of the two."
        )
    return (SceneFiles(*given),)


def _legend(texts: list[str]) -> Optional[Legend]:
    from ..dataset.classes import parse_class

    return Legend(tuple(parse_class(text, index) for index, text in enumerate(texts))) if texts else None


def _shares(text: str) -> tuple[float, float, float]:
    """`70,15,15` as numbers, for `type=`."""
    try:
        train, val, test = (float(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"'{text}' is no list of three numbers like 0.7,0.15,0.15") from error
    return train, val, test
