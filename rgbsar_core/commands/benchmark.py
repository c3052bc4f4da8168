"""`rgbsar benchmark`: how fast this machine is."""

from __future__ import annotations

import argparse
import json
from typing import Any

from ..errors import InputError
from ..parameters import BACKENDS
from ..terminal import ProgressBar
from .common import add_command


def add(commands: Any) -> None:
    """Declare `rgbsar benchmark`."""
    benchmark = add_command(commands, "benchmark", _benchmark, "measure the engine against a plain loop")
    benchmark.add_argument("-m", "--model", help="model file (default: the published ASANet, random weights)")
    benchmark.add_argument("--size", type=int, default=1024, help="side of the raster in pixels")
    benchmark.add_argument("--backend", choices=BACKENDS, default="torch")
    benchmark.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N, mps")
    benchmark.add_argument("--repeats", type=int, default=3)
    benchmark.add_argument(
        "--limits", action="store_true", help="measure what the machine could do at most, and the engine's distance"
    )
    benchmark.add_argument("--file", help="with --limits: a raster to measure reading with")
    benchmark.add_argument("--json", action="store_true")


def _benchmark(options: argparse.Namespace) -> str:
    from ..benchmark import run_benchmark

    if options.file and not options.limits:
        raise InputError("--file was given without --limits; expected both: only limits read a file. Add --limits.")
    if options.limits:
        from ..limits import measure_limits

        with ProgressBar(options.json) as bar:
            limits = measure_limits(options.model, options.file, options.size, options.device, progress=bar.show)
        return json.dumps(limits.to_json(), indent=2) if options.json else limits.to_text()
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
