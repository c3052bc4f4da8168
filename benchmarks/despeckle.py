"""Filter the same raster with this package and with the Orfeo Toolbox, by turns, and print times and ratios.

Usage: ``python benchmarks/despeckle.py [--side 6000] [--runs 5] [--window 7] [--core 1]``

Needs the command ``otbcli_Despeckle`` (Debian: ``apt install otb-bin``). Both run as commands of their own on one
processor core, with one thread each, from start to a file on disk: the Orfeo Toolbox writes plain TIFF, as it does when
nothing else is asked for, this package compressed tiles. Wall clock and processor time are medians over the runs;
processor time (user and system) is the fairer figure on a machine that does other things too.

The scene is gamma-distributed speckle of 4.4 looks on squares of 25 to 1 in power. The outputs are compared too: away
from borders they are the same up to rounding, for these three filters follow the same formulas in both.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from osgeo import gdal, osr

ROOT = Path(__file__).resolve().parent.parent
LOOKS, DAMPING = 4.4, 2.0
OTB_OPTIONS = {
    "lee": ("lee", "-filter.lee.rad", "{radius}", "-filter.lee.nblooks", str(LOOKS)),
    "gamma_map": ("gammamap", "-filter.gammamap.rad", "{radius}", "-filter.gammamap.nblooks", str(LOOKS)),
    "frost": ("frost", "-filter.frost.rad", "{radius}", "-filter.frost.deramp", str(DAMPING)),
}


def write_scene(path: Path, side: int) -> None:
    """Linear power, float32, striped GeoTIFF."""
    numbers = np.random.default_rng(1)
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), side, side, 1, gdal.GDT_Float32)
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(32611)
    dataset.SetProjection(reference.ExportToWkt())
    dataset.SetGeoTransform((500_000.0, 10.0, 0.0, 4_000_000.0, 0.0, -10.0))
    columns = np.arange(side) // 97 % 2
    for row in range(0, side, 256):
        rows = np.arange(row, min(row + 256, side)) // 97 % 2
        truth = np.where(rows[:, None] == columns, 0.25, 0.01)
        power = (truth * numbers.gamma(LOOKS, 1 / LOOKS, truth.shape)).astype(np.float32)
        dataset.GetRasterBand(1).WriteRaster(0, row, side, len(rows), power.tobytes(), buf_type=gdal.GDT_Float32)


def timed(command: list[str], core: int) -> tuple[float, float]:
    """Wall clock and processor seconds of a command on one core."""
    environment = {**os.environ, "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS": "1", "OMP_NUM_THREADS": "1"}
    environment |= {"PYTHONPATH": str(ROOT), "GDAL_NUM_THREADS": "1"}
    pinned = [*(("taskset", "-c", str(core)) if shutil.which("taskset") else ()), *command]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    subprocess.run(pinned, env=environment, check=True, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ours_command(scene: Path, output: Path, name: str, window: int) -> list[str]:
    """This package's command, linear power in and out."""
    command = [sys.executable, "-m", "rgbsar_core.cli", "prepare-sar", str(scene), "-o", str(output), "--quiet"]
    command += ["--units", "linear", "--output-units", "linear", "--threads", "1", "--filter", name]
    return [*command, "--window", str(window), "--looks", str(LOOKS), "--damping", str(DAMPING)]


def otb_command(scene: Path, output: Path, name: str, window: int) -> list[str]:
    """The Orfeo Toolbox's command for the same filter."""
    words = [word.format(radius=window // 2) for word in OTB_OPTIONS[name]]
    return ["otbcli_Despeckle", "-in", str(scene), "-out", str(output), "-filter", *words]


def largest_difference(first: Path, second: Path, margin: int) -> float:
    """Largest relative difference of the pixels away from the border, in strips."""
    largest = 0.0
    opened = gdal.Open(str(first)), gdal.Open(str(second))
    side = opened[0].RasterXSize - 2 * margin
    for row in range(margin, margin + side, 256):
        rows = min(256, margin + side - row)
        read = (raster.ReadRaster(margin, row, side, rows, buf_type=gdal.GDT_Float32) for raster in opened)
        ours, theirs = (np.frombuffer(data, np.float32).astype(float) for data in read)
        with np.errstate(divide="ignore", invalid="ignore"):
            largest = max(largest, float(np.nanquantile(np.abs(ours - theirs) / theirs, 0.9999)))
    return largest


def main() -> int:
    """Run and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--side", type=int, default=6000, help="of the raster, pixels (default %(default)s)")
    parser.add_argument("--runs", type=int, default=5, help="of each command (default %(default)s)")
    parser.add_argument("--window", type=int, nargs="+", default=[3, 7], help="of the filters (default 3 7)")
    parser.add_argument("--core", type=int, default=0, help="to run on (default %(default)s)")
    options = parser.parse_args()
    if shutil.which("otbcli_Despeckle") is None:
        print("otbcli_Despeckle was not found; install the Orfeo Toolbox (apt install otb-bin).", file=sys.stderr)
        return 1
    gdal.UseExceptions()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scene, ours, theirs = folder / "scene.tif", folder / "ours.tif", folder / "theirs.tif"
        write_scene(scene, options.side)
        print(f"{options.side} x {options.side} pixels, medians of {options.runs} runs by turns, core {options.core}")
        print("filter     window  wall s: ours  OTB  ratio  processor s: ours  OTB  ratio  difference (99.99 %)")
        for filter_name in OTB_OPTIONS:
            for window in options.window:
                asked = filter_name, window
                commands = ours_command(scene, ours, *asked), otb_command(scene, theirs, *asked)
                times = [[timed(command, options.core) for command in commands] for _ in range(options.runs)]
                wall, processor = (
                    [statistics.median(run[program][kind] for run in times) for program in (0, 1)] for kind in (0, 1)
                )
                difference = largest_difference(ours, theirs, window)
                print(
                    f"{filter_name:10} {window:6}  {wall[0]:12.2f} {wall[1]:5.2f} {wall[1] / wall[0]:5.1f}x "
                    f"{processor[0]:17.2f} {processor[1]:5.2f} {processor[1] / processor[0]:5.1f}x  {difference:.1e}",
                    flush=True,
                )
    return 0


if __name__ == "__main__":
    sys.exit(main())
