"""The command ``rgbsar``: classify, describe, convert, networks, benchmark.

Exit codes: 0 done, 1 refused or failed (a sentence on stderr), 2 wrong usage, 130 cancelled (Ctrl-C, SIGTERM).
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable, Optional

from . import __version__
from .errors import InputError, OperationCancelled, RgbSarError
from .legend import PUBLISHED_LEGENDS, Legend
from .model_card import ModelCard, read_card
from .parameters import (
    BACKENDS,
    GRIDS,
    OUTPUT_FORMATS,
    PRECISIONS,
    RESAMPLINGS,
    SAR_UNITS,
    ClassificationParameters,
    EngineOptions,
    Extent,
)
from .terminal import Interrupt, ProgressBar, printable, write_any_name

_DEPENDENCIES = ("numpy", "osgeo", "safetensors", "torch")


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Run one command line; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        write_any_name(stream)
    parser = _parser()
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s", stream=sys.stderr)
    try:
        answer = options.run(options)
    except (OperationCancelled, KeyboardInterrupt):
        sys.stderr.write("Cancelled; nothing was written.\n")
        return 130
    except RgbSarError as error:
        sys.stderr.write(f"rgbsar: {printable(str(error))}\n")
        return 1
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in _DEPENDENCIES:
            raise
        sys.stderr.write(f"rgbsar: The Python package {error.name} is missing; this command needs it. Install it.\n")
        return 1
    if answer:
        sys.stdout.write(answer if answer.endswith("\n") else answer + "\n")
    return 0


def _classify(options: argparse.Namespace) -> str:
    from .classify import classify_rasters
    from .raster.gdal_calls import gdal
    from .report import summary_lines

    # GDAL from 3.7 on asks every program to choose. We look at what calls return; with exceptions, closing a file on
    # a full disk would print a traceback from GDAL's destructor, which nothing can catch.
    gdal.DontUseExceptions()
    parameters = ClassificationParameters(
        optical=options.optical,
        sar=options.sar,
        model=options.model,
        output=options.output,
        optical_bands=options.optical_bands,
        sar_bands=options.sar_bands,
        optical_scale=options.optical_scale,
        optical_offset=options.optical_offset,
        sar_units=options.sar_units,
        grid=options.grid,
        gsd=options.gsd,
        extent=_extent(options),
        mask=options.mask,
        resampling=options.resampling,
        confidence=options.confidence,
        probabilities=options.probabilities,
        area_table=options.area_table,
        report=options.report,
        output_format=options.format,
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
        result = classify_rasters(parameters, bar.show, interrupt.is_set)
    if options.json:
        return json.dumps(result.to_json(), indent=2)
    return "" if options.quiet else printable("\n".join([*summary_lines(result), f"Map: {result.path}"]))


def _extent(options: argparse.Namespace) -> Optional[Extent]:
    if options.extent is None:
        return None
    xmin, ymin, xmax, ymax = options.extent
    return Extent(xmin, ymin, xmax, ymax, options.extent_crs)


def _describe(options: argparse.Namespace) -> str:
    card = read_card(options.model)
    if options.stac:
        from .stac_mlm import to_stac_mlm

        return json.dumps(to_stac_mlm(card, Path(options.model).name), indent=2, ensure_ascii=False)
    if options.json:
        return json.dumps(card.to_json(), indent=2, ensure_ascii=False)
    return printable(describe(card))


def describe(card: ModelCard) -> str:
    """The card as text for people."""
    lines = [card.title, "=" * len(card.title), card.description, ""]
    lines.append(f"network    {card.network} {card.network_parameters or ''}".rstrip())
    for spec in card.inputs:
        bands = ", ".join(f"{b.name} ({b.common_name})" if b.common_name else b.name for b in spec.bands)
        stretch = f", scene percentiles {spec.percentiles[0]:g}-{spec.percentiles[1]:g}" if spec.percentiles else ""
        lines.append(f"{spec.role:<10} {bands}; units {spec.units}{stretch}")
    lines.append(f"pixel      {card.gsd:g} m" if card.gsd else "pixel      not stated")
    lines.append(f"tiles      {card.tile_size} px, overlap {card.overlap} px")
    lines.append("classes    " + ", ".join(f"{c.value} {c.name}" for c in card.legend.classes))
    lines.append(f"one modality missing: {'allowed' if card.modality_dropout else 'not trained for'}")
    for name, value in (card.metrics or {}).items():
        entries = value.items() if isinstance(value, dict) else [("", value)]
        for key, entry in entries:
            text = entry if isinstance(entry, str) else json.dumps(entry, ensure_ascii=False)
            lines.append(f"{name}{'.' if key else ''}{key}: {text}")
    for source in card.training_data:
        lines.append("data       " + "; ".join(str(value) for value in source.values()))
    lines.append(f"licence    {card.licence}")
    if card.citation:
        lines.append(f"cite       {card.citation}")
    return "\n".join(lines)


def _convert(options: argparse.Namespace) -> str:
    from .engine.convert import convert_checkpoint

    if os.path.abspath(options.checkpoint) == os.path.abspath(options.output):
        raise InputError(
            f"The output '{options.output}' is also the checkpoint; expected a file of its own. Choose another name, "
            "ending in .safetensors."
        )
    card = convert_checkpoint(
        options.checkpoint,
        options.output,
        network=options.network,
        legend=_legend(options.classes),
        normalisation=options.normalisation,
        variant=options.variant,
        title=options.title,
        licence=options.licence,
        gsd=options.gsd,
        tile_size=options.tile_size,
        overlap=options.overlap,
        precision=options.precision,
    )
    return f"{options.output}: {card.title}, {len(card.legend)} classes"


def _legend(text: str) -> Legend:
    """A published legend by its short name, or a JSON file with a list of classes."""
    if text in PUBLISHED_LEGENDS:
        return PUBLISHED_LEGENDS[text]
    try:
        return Legend.from_json(json.loads(Path(text).read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            f"Classes '{text}' cannot be used ({error}). Give {', '.join(PUBLISHED_LEGENDS)}, or a JSON file: "
            '[{"value": 1, "name": "water", "color": [0, 0, 255]}, ...].'
        ) from error


def _networks(options: argparse.Namespace) -> str:
    from .registry import list_networks, measure_network

    lines = []
    for info in list_networks():
        lines.append(f"{info.name:<14} {info.title}, {info.year}. {info.paper}. doi:{info.doi}")
        if options.macs:
            for size in info.sizes or ("",):
                choice: dict[str, Any] = {"size": size} if size else {}
                cost = measure_network(info.name, **choice)
                lines.append(f"  {size:<12} {cost.parameters:>13,} parameters {cost.macs / 1e9:>9.3f} GMAC")
    if options.macs:
        lines.append("(3 optical bands, 1 SAR band, 6 classes; multiply-accumulates of one 256 x 256 tile)")
    return "\n".join(lines)


def _benchmark(options: argparse.Namespace) -> str:
    from .benchmark import run_benchmark

    with ProgressBar(options.json) as bar:
        result = run_benchmark(
            options.model,
            size=options.size,
            backend=options.backend,
            repeats=options.repeats,
            device=options.device,
            progress=bar.show,
        )
    return json.dumps(result.to_json(), indent=2) if options.json else result.to_text()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rgbsar", description="Land cover from one optical and one SAR raster.")
    parser.add_argument("--version", action="version", version=f"rgbsar {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_classify(commands)
    describe_command = _add(commands, "describe", _describe, "print a model's card")
    describe_command.add_argument("model")
    describe_command.add_argument("--json", action="store_true", help="the card as stored")
    describe_command.add_argument("--stac", action="store_true", help="as STAC MLM JSON")
    convert = _add(commands, "convert", _convert, "turn an authors' checkpoint (.pth) into a model file")
    convert.add_argument("checkpoint")
    convert.add_argument("-o", "--output", required=True)
    convert.add_argument("--network", default="asanet")
    convert.add_argument("--classes", default="pie", help="pie, ddhr, whu or a JSON file (default %(default)s)")
    convert.add_argument("--normalisation", default="pie", help="statistics: pie, ddhr, whu (default %(default)s)")
    convert.add_argument("--title", default=None)
    convert.add_argument("--licence", default="", help="licence of the weights, written into the card")
    convert.add_argument("--variant", default=None, help="of the network, where the weights do not tell it")
    convert.add_argument("--gsd", type=float, help="ground size of the training pixels, metres")
    convert.add_argument("--tile-size", type=int, default=256, help="of tiled inference, pixels (default %(default)s)")
    convert.add_argument("--overlap", type=int, default=64, help="of tiles, pixels (default %(default)s)")
    convert.add_argument("--precision", choices=("float32", "float16"), default="float32", help="of the stored weights")
    networks = _add(commands, "networks", _networks, "list the networks of this package")
    networks.add_argument("--macs", action="store_true", help="with parameters and multiply-accumulates of each size")
    benchmark = _add(commands, "benchmark", _benchmark, "measure the engine against a plain loop")
    benchmark.add_argument("-m", "--model", help="model file (default: the published ASANet, random weights)")
    benchmark.add_argument("--size", type=int, default=1024, help="side of the raster in pixels")
    benchmark.add_argument("--backend", choices=BACKENDS, default="torch")
    benchmark.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N, mps")
    benchmark.add_argument("--repeats", type=int, default=3)
    benchmark.add_argument("--json", action="store_true")
    return parser


def _add_classify(commands: Any) -> None:
    classify = _add(commands, "classify", _classify, "map the land cover of two rasters")
    classify.add_argument("optical")
    classify.add_argument("sar")
    classify.add_argument("-m", "--model", required=True)
    classify.add_argument("-o", "--output", required=True)
    classify.add_argument("--optical-bands", type=_band_list, metavar="N,N,...", help="1-based, in the model's order")
    classify.add_argument("--sar-bands", type=_band_list, metavar="N,...")
    classify.add_argument("--optical-scale", type=float, help="reflectance = number * scale + offset")
    classify.add_argument("--optical-offset", type=float)
    classify.add_argument("--sar-units", choices=SAR_UNITS, default="auto")
    classify.add_argument("--grid", choices=GRIDS, default="optical", help="whose pixels the map has")
    classify.add_argument("--gsd", type=float, help="pixel size in the units of that grid's CRS")
    classify.add_argument("--extent", type=float, nargs=4, metavar=("XMIN", "YMIN", "XMAX", "YMAX"))
    classify.add_argument("--extent-crs", default="", help="CRS of --extent (default: the grid's)")
    classify.add_argument("--mask", help="polygon file; only inside is mapped")
    classify.add_argument("--resampling", choices=RESAMPLINGS, default="bilinear")
    classify.add_argument("--confidence", help="write the confidence raster (percent)")
    classify.add_argument("--probabilities", help="write one band of percent per class")
    classify.add_argument("--area-table", help="write class areas as CSV")
    classify.add_argument("--report", help="write an HTML report")
    classify.add_argument("--format", choices=OUTPUT_FORMATS, default="GTiff")
    classify.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N, mps")
    classify.add_argument("--precision", choices=PRECISIONS, default="auto")
    classify.add_argument("--backend", choices=BACKENDS, default="auto")
    for name in ("tile-size", "overlap", "batch-size", "threads"):
        classify.add_argument(f"--{name}", type=int)
    classify.add_argument("--json", action="store_true", help="result as JSON on stdout")
    classify.add_argument("-q", "--quiet", action="store_true")


def _add(commands: Any, name: str, run: Callable[[argparse.Namespace], str], text: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text.capitalize() + ".")
    command.set_defaults(run=run)
    return command


def _band_list(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"'{text}' is no list of band numbers like 3,2,1") from error


if __name__ == "__main__":
    sys.exit(main())
