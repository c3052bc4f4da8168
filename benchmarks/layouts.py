"""How fast files of different layouts are read into strips, and mapped, against the best of them.

Usage: ``python benchmarks/layouts.py [--side 6000] [--runs 5] [--threads N] [--map MODEL]``

The same optical pixels (16 bit, smooth noise, DEFLATE) lie in strips of one row and of sixteen, in tiles of 256 and 512
pixels, band by band and pixel by pixel, and as three bands of a file of twelve. Each is read beside one SAR raster
through `AlignedPair.strips`, all by turns, from the system's cache; the fastest turn of each counts, since other
programs can only slow it down. Each band has noise of its own: bands that repeat each other's would be packed, and
unpacked, as one where they lie pixel by pixel. What a layout forces to be unpacked without need (nine other bands where
twelve lie pixel by pixel) counts against it; the column `unpacked` says how much that is, in MB of optical pixels.

With ``--map`` a second table tells what of it a user feels: the whole map by this model, from file to file, the model
loaded before.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Optional

import numpy as np

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from osgeo import gdal  # noqa: E402

from rgbsar_core.classify import classify_rasters  # noqa: E402
from rgbsar_core.engine.local import LocalEngine  # noqa: E402
from rgbsar_core.parameters import ClassificationParameters, EngineOptions  # noqa: E402
from rgbsar_core.raster.align import AlignedPair, open_pair  # noqa: E402
from rgbsar_core.raster.strip_reader import usable_cores  # noqa: E402
from tests.rasters import job, model_card, write_raster  # noqa: E402

LAYOUTS = {
    "strips of 1 row, by band": (3, ["INTERLEAVE=BAND", "BLOCKYSIZE=1"]),
    "strips of 16 rows, by band": (3, ["INTERLEAVE=BAND", "BLOCKYSIZE=16"]),
    "strips of 16 rows, by pixel": (3, ["INTERLEAVE=PIXEL", "BLOCKYSIZE=16"]),
    "tiles of 256, by band": (3, ["INTERLEAVE=BAND", "TILED=YES"]),
    "tiles of 256, by pixel": (3, ["INTERLEAVE=PIXEL", "TILED=YES"]),
    "tiles of 512, by pixel": (3, ["INTERLEAVE=PIXEL", "TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512"]),
    "12 bands, tiles of 256, by band": (12, ["INTERLEAVE=BAND", "TILED=YES"]),
    "12 bands, tiles of 256, by pixel": (12, ["INTERLEAVE=PIXEL", "TILED=YES"]),
}


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Write the files, read them by turns, print a table."""
    parser = argparse.ArgumentParser(description="Compare the layouts of files.")
    parser.add_argument("--side", type=int, default=6000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, help="that read and map (default: one per core)")
    parser.add_argument("--map", metavar="MODEL", help="also map the rasters, with this model")
    options = parser.parse_args(arguments)
    gdal.UseExceptions()
    with tempfile.TemporaryDirectory() as folder:
        jobs = _jobs(Path(folder), options.side, options.threads)
        pairs = {name: open_pair(parameters, model_card()) for name, parameters in jobs.items()}
        seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in pairs}
        for _ in range(options.runs):
            for name, pair in pairs.items():
                started, worked = time.perf_counter(), time.process_time()
                for _strip in pair.strips():
                    pass
                seconds[name].append((time.perf_counter() - started, time.process_time() - worked))
        _print(pairs, seconds, options.side)
        if options.map:
            _print_maps(jobs, options.map, options.runs)
    return 0


def _print_maps(jobs: dict[str, ClassificationParameters], model: str, runs: int) -> None:
    """Map each pair by turns with one engine, and print the fastest turn of each."""
    logging.getLogger("rgbsar_core").setLevel(logging.ERROR)  # these pixels show nothing, of which it warns
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in jobs}
    engine = LocalEngine()
    try:
        for turn in range(runs + 1):  # the first one warms up
            for name, parameters in jobs.items():
                output = str(Path(parameters.optical).with_name("map.tif"))
                asked = replace(parameters, model=model, output=output, sar_bands=(1,))
                worked = time.process_time()
                result = classify_rasters(asked, engine=engine)
                if turn:
                    seconds[name].append((result.seconds, time.process_time() - worked))
    finally:
        engine.close()
    print(f"whole maps by '{Path(model).name}', file to file, {result.engine.device_name}")
    print(f"{'optical file':33} {'time, of the best':>17}  {'processor':>17}")
    fastest = {name: [min(times) for times in zip(*turns)] for name, turns in seconds.items()}
    best, least = (min(times) for times in zip(*fastest.values()))
    for name, (time_, work) in fastest.items():
        print(f"{name:33} {time_:7.2f} s {time_ / best:6.2f}x  {work:7.2f} s {work / least:6.2f}x")


def _print(pairs: dict[str, AlignedPair], seconds: dict[str, list[tuple[float, float]]], side: int) -> None:
    threads = next(iter(pairs.values())).threads or min(usable_cores(), 8)
    print(f"{side} x {side} pixels, 3 optical bands of 16 bit, 2 of SAR of 32; {threads} threads")
    fastest = {name: [min(times) for times in zip(*runs)] for name, runs in seconds.items()}
    best, least = (min(times) for times in zip(*fastest.values()))
    print(f"{'optical file':33} {'unpacked':>8}  {'time, of the best':>17} {'speed':>17}  {'processor':>22}")
    for name, (time_, work) in fastest.items():
        unpacked = _unpacked_bands(*LAYOUTS[name]) * 2 * side**2 / 2**20
        speed = side**2 / time_ / 1e6
        print(
            f"{name:33} {unpacked:5.0f} MB  {time_:7.2f} s {time_ / best:6.2f}x {speed:8.1f} Mpixel/s  "
            f"{work:12.2f} s {work / least:6.2f}x"
        )


def _unpacked_bands(bands: int, layout: list[str]) -> int:
    """Bands that must be unpacked to have three of them."""
    return bands if "INTERLEAVE=PIXEL" in layout else 3


def _jobs(folder: Path, side: int, threads: Optional[int] = None) -> dict[str, ClassificationParameters]:
    numbers = np.random.default_rng(0)
    coarse = numbers.normal(0, 400, (12, side // 16 + 1, side // 16 + 1)).repeat(16, 1).repeat(16, 2)[:, :side, :side]
    pixels = np.empty((12, side, side), np.uint16)
    for band in range(12):
        pixels[band] = (2000 + coarse[band] + numbers.normal(0, 20, (side, side))).clip(1)
    power = np.full((2, side, side), 0.1, np.float32)
    sar = write_raster(folder / "sar.tif", power, options=["TILED=YES", "COMPRESS=DEFLATE"])
    jobs = {}
    for number, (name, (bands, layout)) in enumerate(LAYOUTS.items()):
        path = folder / f"optical{number}.tif"
        optical = write_raster(path, pixels[:bands], options=[*layout, "COMPRESS=DEFLATE", "PREDICTOR=2"])
        engine = EngineOptions(threads=threads)
        jobs[name] = job(optical, sar, sar_units="linear", optical_bands=(1, 2, 3), engine=engine)
    return jobs


if __name__ == "__main__":
    sys.exit(main())
