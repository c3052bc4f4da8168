"""Classify a large raster through the worker process and tell the peak memory of both processes.

Usage: ``python tools/measure_large_raster.py [SIDE] [--height ROWS] [--model FILE] [--backend torch]``

The raster repeats the example scene (as a GDAL virtual raster, nothing is copied) to SIDE x SIDE pixels, 20,000 by
default. Needs about as many bytes of disk in the temporary folder as the compressed map.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
from pathlib import Path

from osgeo import gdal
from tqdm import tqdm

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from rgbsar_core import classify_rasters  # noqa: E402
from rgbsar_core.engine.remote import WorkerEngine  # noqa: E402
from rgbsar_core.parameters import ClassificationParameters, EngineOptions  # noqa: E402
from rgbsar_core.report import summary_lines  # noqa: E402


def repeated(source: Path, target: Path, width: int, height: int) -> None:
    """Write a VRT that repeats a raster over (height, width) pixels of the source's first 1000 x 1000."""
    small = gdal.Open(str(source))
    side = min(small.RasterXSize, small.RasterYSize)
    mosaic = gdal.GetDriverByName("VRT").Create(str(target), width, height, small.RasterCount, gdal.GDT_Byte)
    mosaic.SetProjection(small.GetProjection())
    mosaic.SetGeoTransform(small.GetGeoTransform())
    for number in range(1, small.RasterCount + 1):
        band = mosaic.GetRasterBand(number)
        pieces = {
            f"source_{row}_{column}": (
                f"<SimpleSource><SourceFilename>{source}</SourceFilename><SourceBand>{number}</SourceBand>"
                f'<SrcRect xOff="0" yOff="0" xSize="{side}" ySize="{side}"/>'
                f'<DstRect xOff="{column}" yOff="{row}" xSize="{side}" ySize="{side}"/></SimpleSource>'
            )
            for row in range(0, height, side)
            for column in range(0, width, side)
        }
        band.SetMetadata(pieces, "vrt_sources")
    mosaic.FlushCache()


def main() -> None:
    """Run and print."""
    gdal.UseExceptions()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("side", type=int, nargs="?", default=20_000)
    parser.add_argument("--height", type=int)
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "landcover-us.safetensors")
    parser.add_argument("--backend", default="torch")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        height = options.height or options.side
        repeated(ROOT / "examples" / "optical.tif", folder / "optical.vrt", options.side, height)
        gdal.Translate(
            str(folder / "sar_scene.tif"),
            gdal.Warp("", str(ROOT / "examples" / "sar.tif"), format="MEM", dstSRS="EPSG:3395", xRes=10, yRes=10),
            creationOptions=["COMPRESS=DEFLATE", "TILED=YES"],
            noData="none",
        )
        repeated(folder / "sar_scene.tif", folder / "sar.vrt", options.side, height)
        parameters = ClassificationParameters(
            optical=str(folder / "optical.vrt"),
            sar=str(folder / "sar.vrt"),
            model=str(options.model),
            output=str(folder / "map.tif"),
            confidence=str(folder / "confidence.tif"),
            engine=EngineOptions(backend=options.backend),
        )
        engine = WorkerEngine(sys.executable, ROOT)
        with tqdm(total=100, unit="%") as bar:
            result = classify_rasters(parameters, lambda share, text: bar.update(100 * share - bar.n), engine=engine)
        engine.close()
    sys.stdout.write("\n".join(summary_lines(result)) + "\n")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"peak memory: reading process {own:.0f} MB, ")
    sys.stdout.write(f"engine process {result.statistics.peak_memory_mb:.0f} MB\n")


if __name__ == "__main__":
    main()
