"""How well `check-alignment` finds shifts that were added to real scenes, and what it says of pairs that do not match.

Usage: ``python benchmarks/alignment.py FOLDER [--every 1]`` with FOLDER the scenes that
``python -m training.data.fetch_landcover_us`` writes (``*_optical.tif``, ``*_sar.tif``).

No one knows how the scenes lie to a part of a pixel. What is known is what is added: the SAR raster is given an origin
moved by whole or broken pixels, up to 10, and measured again. The error is (measured after - measured before - added).
Moved by a part of a pixel, the SAR is resampled while it is read, as a user's would be.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from pathlib import Path

import numpy as np
from osgeo import gdal

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rgbsar_core.alignment.check import AlignmentParameters, AlignmentResult, check_alignment, quick_warning  # noqa: E402
from rgbsar_core.parameters import ClassificationParameters  # noqa: E402

ADDED = ((5.0, 0.0), (-3.0, 8.0), (0.5, -0.5), (-7.3, -4.6), (9.8, -9.7))
"""(rows, columns)."""


def moved(sar: str, rows: float, columns: float, folder: Path) -> str:
    """The SAR raster, moved down and to the right on the ground."""
    path = str(folder / f"{Path(sar).stem}_{rows}_{columns}.vrt")
    view = gdal.Translate(path, sar, format="VRT")
    g = gdal.Open(sar).GetGeoTransform()
    view.SetGeoTransform((g[0] + columns * g[1], *g[1:3], g[3] + rows * g[5], *g[4:]))
    view = None
    return path


def measured(optical: str, sar: str) -> AlignmentResult:
    """What the command says."""
    return check_alignment(AlignmentParameters(optical=optical, sar=sar))


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1, help="take every n-th scene")
    options = parser.parse_args()
    gdal.UseExceptions()
    scenes = sorted(options.folder.glob("*_optical.tif"))[:: options.every]
    if not scenes:
        print(f"No *_optical.tif in '{options.folder}'.", file=sys.stderr)
        return 1
    errors: dict[tuple[float, float], list[float]] = {added: [] for added in ADDED}
    own, others, warned = [], [], 0
    print("scene            as it is: pixels right, down  st. error  quality  verdict   median error of added shifts")
    with tempfile.TemporaryDirectory() as name:
        for number, optical in enumerate(scenes):
            sar = str(optical).replace("_optical", "_sar")
            before = measured(str(optical), sar)
            own.append(before)
            found = []
            if before.verdict != "unknown":
                for rows, columns in ADDED:
                    after = measured(str(optical), moved(sar, rows, columns, Path(name)))
                    error = math.hypot(
                        after.shift.row - before.shift.row - rows, after.shift.column - before.shift.column - columns
                    )
                    found.append(error if after.verdict != "unknown" else math.nan)
                    errors[rows, columns].append(found[-1])
            job = ClassificationParameters(optical=str(optical), sar=sar, model="none", output="none")
            warned += len(quick_warning(job, lambda: False))
            place = gdal.Open(str(optical)).GetGeoTransform()
            elsewhere = str(scenes[(number + 1) % len(scenes)]).replace("_optical", "_sar")
            view = str(Path(name) / f"elsewhere_{number}.vrt")
            gdal.Translate(view, elsewhere, format="VRT").SetGeoTransform(place)
            others.append(measured(str(optical), view))
            print(
                f"{optical.stem[:-8]:16} {before.shift.column:+10.2f} {before.shift.row:+8.2f} {before.error:20.2f} "
                f"{before.shift.quality:8.1f}  {before.verdict:8}  {np.nanmedian(found) if found else math.nan:.2f}",
                flush=True,
            )
    print("\nadded: right, down   scenes   told   median error   90 % below   within half a pixel")
    for (rows, columns), values in [*errors.items(), ((math.nan, math.nan), sum(errors.values(), []))]:
        told = [value for value in values if math.isfinite(value)]
        label = "all" if math.isnan(rows) else f"{columns:+.1f}, {rows:+.1f}"
        print(
            f"{label:18} {len(values):8} {len(told):6} {np.median(told):14.2f} {np.percentile(told, 90):12.2f} "
            f"{100 * np.mean(np.array(told) <= 0.5):14.0f} %"
        )
    verdicts = [result.verdict for result in own]
    counts = ", ".join(f"{verdicts.count(word)} {word}" for word in ("aligned", "shifted", "unknown"))
    print(f"\nas they are: {counts}")
    print(f"classify's quick look warns on {warned} of {len(scenes)}")
    unknown = sum(result.verdict == "unknown" for result in others)
    best = max(result.shift.quality for result in others)
    print(f"optical and SAR of different places: {unknown} of {len(others)} unknown, best quality {best:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
