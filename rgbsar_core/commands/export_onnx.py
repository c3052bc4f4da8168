"""`rgbsar export-onnx`: a model file for programs that have no torch."""

from __future__ import annotations

import argparse
from typing import Any

from ..terminal import Interrupt, ProgressBar, printable
from .common import add_command


def add(commands: Any) -> None:
    """Declare `rgbsar export-onnx`."""
    export = add_command(commands, "export-onnx", _export, "write a model file as ONNX, checked against torch")
    export.add_argument("model")
    export.add_argument("-o", "--output", required=True, metavar="FILE.onnx")
    export.add_argument("--tile", type=int, metavar="PIXELS", help="side of the tiles it takes (default: the card's)")
    export.add_argument(
        "--deepness", action="store_true", help="for the QGIS plugin Deepness: one stacked input, its metadata"
    )
    export.add_argument("-q", "--quiet", action="store_true")


def _export(options: argparse.Namespace) -> str:
    from ..engine.onnx_export import export_onnx

    with Interrupt() as interrupt, ProgressBar(options.quiet) as bar:
        result = export_onnx(
            options.model,
            options.output,
            tile_size=options.tile,
            deepness=options.deepness,
            progress=bar.show,
            is_cancelled=interrupt.is_set,
        )
    if options.quiet:
        return ""
    tile = f"{result.tile_size}, {result.tile_size}"
    inputs = "; ".join(f"{name} (N, {bands}, {tile})" for name, bands in result.inputs.items())
    lines = [
        f"inputs     {inputs}; float32",
        f"output     {result.output} (N, {result.classes}, {tile})",
        f"checked    differs from torch by up to {result.difference:.1e} standard deviations of the {result.output}; "
        f"same label on {100 * result.agreement:.3f} % of the pixels",
        *result.notes,
        f"ONNX: {result.path}",
    ]
    return printable("\n".join(lines))
