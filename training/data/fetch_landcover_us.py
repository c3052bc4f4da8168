"""Fetch the scenes the land-cover model was trained on: `python -m training.data.fetch_landcover_us [-o scenes]`.

Source: the public repository VolkovVl/Optical-SAR-dataset at a pinned commit, `dataset/opt/NNN.png` and
`dataset/sar/NNN.png`. The PNG files carry no georeference; it comes from `landcover_us/georeference.csv`. Every pixel
array must have the SHA-256 of `landcover_us/checksums.txt`, wherever it comes from. What is already there and right is
kept, so a stopped fetch goes on where it was. Contains modified Copernicus Sentinel data 2020.

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by hand.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import logging
import os
import sys
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from rgbsar_core.errors import InputError, RasterIOError, RgbSarError
from rgbsar_core.raster.gdal_calls import attempt, gdal, io_message, osr, quiet_gdal, require

from .download import download

logger = logging.getLogger(__name__)

COMMIT = "34d7e20e68fe59363d383ae9a165bee63c5a7320"
SOURCE = f"https://raw.githubusercontent.com/VolkovVl/Optical-SAR-dataset/{COMMIT}/dataset"
TABLES = Path(__file__).parent / "landcover_us"
FOLDERS = {"optical": "opt", "sar": "sar"}
BANDS = {
    "optical": ("red (Sentinel-2 B4)", "green (Sentinel-2 B3)", "blue (Sentinel-2 B2)"),
    "sar": ("VH (Sentinel-1, 8-bit display scale)",),
}
COLORS = {"optical": (gdal.GCI_RedBand, gdal.GCI_GreenBand, gdal.GCI_BlueBand), "sar": (gdal.GCI_GrayIndex,)}


@dataclass(frozen=True, kw_only=True)
class SceneImage:
    """One image to fetch.

    Attributes:
        name: of the GeoTIFF, without ending.
        role: optical or sar.
        file: of the source, `NNN.png`.
        geotransform, epsg: where it lies.
        product: Sentinel product it was cut from.
        checksum: SHA-256 of its pixels, (bands, rows, columns) uint8 in C order.
    """

    name: str
    role: str
    file: str
    geotransform: tuple[float, ...]
    epsg: int
    product: str
    checksum: str


def read_tables() -> tuple[SceneImage, ...]:
    """All images of the set, from `georeference.csv` and `checksums.txt`."""
    lines = (TABLES / "checksums.txt").read_text(encoding="ascii").split("\n")
    checksums = {name: checksum for checksum, name in (line.split() for line in lines if line)}
    images = []
    with open(TABLES / "georeference.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            left, width, top, height = (float(row[key]) for key in ("left", "pixel_width", "top", "pixel_height"))
            for role in BANDS:
                name = f"{row['scene']}_{role}"
                images.append(
                    SceneImage(
                        name=name,
                        role=role,
                        file=row["file"],
                        geotransform=(left, width, 0.0, top, 0.0, height),
                        epsg=int(row["epsg"]),
                        product=row[f"{role}_product"],
                        checksum=checksums[name],
                    )
                )
    return tuple(images)


def fetch(
    output: Path, source: str = SOURCE, local: Path | None = None, images: Sequence[SceneImage] | None = None
) -> int:
    """Bring all images into a folder.

    Args:
        output: folder of the GeoTIFFs.
        source: address above `opt/` and `sar/`.
        local: take them from this folder instead: GeoTIFFs named as ours, or a copy of the source's `dataset`.
        images: of the set; None reads the committed tables.

    Returns:
        Number of files written; the others were there.

    Raises:
        InputError: `local` has not all files, or the source's address is no https.
        RasterIOError: network, disk, or pixels that are not the expected ones.
    """
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RasterIOError(f"The folder '{output}' cannot be made: {error.strerror}. Choose another.") from error
    written = 0
    for image in tqdm(images or read_tables(), unit="file", disable=None):
        path = output / f"{image.name}.tif"
        if _is_right(path, image):
            continue
        if local is not None:
            pixels, origin = _read_local(local, image)
        else:
            origin = f"{source}/{FOLDERS[image.role]}/{image.file}"
            pixels = _decode(download(origin), origin)
        pixels = pixels[: len(BANDS[image.role])]
        found = checksum(pixels)
        if found != image.checksum:
            raise RasterIOError(
                f"The pixels of '{origin}' {pixels.shape} have the SHA-256 {found[:16]}...; expected "
                f"{image.checksum[:16]}... for '{image.name}'. The file was changed or damaged: fetch it again, or "
                "take an unchanged copy with --from."
            )
        _write(path, pixels, image)
        written += 1
    return written


def checksum(pixels: NDArray[Any]) -> str:
    """SHA-256 of an array's bytes in C order."""
    return hashlib.sha256(np.ascontiguousarray(pixels).tobytes()).hexdigest()


def _is_right(path: Path, image: SceneImage) -> bool:
    if not path.is_file():
        return False
    dataset, failure = attempt(gdal.Open, str(path))
    if failure or not np.allclose(dataset.GetGeoTransform(), image.geotransform, rtol=0.0, atol=1e-6):
        return False
    pixels, failure = attempt(dataset.ReadAsArray)
    return not failure and checksum(pixels) == image.checksum  # a damaged file is fetched anew


def _read_local(folder: Path, image: SceneImage) -> tuple[NDArray[Any], str]:
    candidates = (folder / f"{image.name}.tif", folder / FOLDERS[image.role] / image.file)
    path = next((candidate for candidate in candidates if candidate.is_file()), None)
    if path is None:
        raise InputError(
            f"The folder '{folder}' has neither '{image.name}.tif' nor '{FOLDERS[image.role]}/{image.file}'; expected "
            "the scenes as GeoTIFF or as in the source. Choose another folder, or fetch without --from."
        )
    return _pixels(str(path), f"'{path}' cannot be read", "Copy it again."), str(path)


def _decode(data: bytes, origin: str) -> NDArray[Any]:
    name = f"/vsimem/{uuid.uuid4().hex}.png"
    gdal.FileFromMemBuffer(name, data)
    try:
        return _pixels(name, f"'{origin}' is no image", "Try again later.")
    finally:
        gdal.Unlink(name)


def _pixels(path: str, what: str, remedy: str) -> NDArray[Any]:
    """(bands, rows, columns)."""
    dataset = require(what, remedy, gdal.Open, path)
    pixels: NDArray[Any] = require(what, remedy, dataset.ReadAsArray)
    return pixels[None] if pixels.ndim == 2 else pixels


def _write(path: Path, pixels: NDArray[Any], image: SceneImage) -> None:
    """A GeoTIFF under its name only when its pixels read back as they should."""
    part = path.with_name(f".{path.stem}-{uuid.uuid4().hex[:8]}.part.tif")
    what = f"'{path}' could not be written"
    remedy = "Free disk space or choose another folder with -o; what is complete is kept."
    bands, height, width = pixels.shape
    options = ["TILED=YES", "COMPRESS=DEFLATE", "PREDICTOR=2", "INTERLEAVE=PIXEL"]
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(image.epsg)
    driver = gdal.GetDriverByName("GTiff")
    dataset = band = None
    try:
        dataset = require(what, remedy, driver.Create, str(part), width, height, bands, gdal.GDT_Byte, options)
        require(what, remedy, dataset.SetProjection, reference.ExportToWkt())
        require(what, remedy, dataset.SetGeoTransform, image.geotransform)
        require(what, remedy, dataset.SetMetadataItem, "product", image.product)
        for index in range(bands):
            band = dataset.GetRasterBand(index + 1)
            band.SetDescription(BANDS[image.role][index])
            band.SetColorInterpretation(COLORS[image.role][index])
            require(what, remedy, band.WriteArray, pixels[index])
        require(what, remedy, dataset.FlushCache)
        with quiet_gdal():
            band = dataset = None  # closes the file
        if not _is_right(part, image):
            raise RasterIOError(io_message(what, "it does not read back as it was written", remedy))
        os.replace(part, path)
    except OSError as error:
        if isinstance(error, RgbSarError):
            raise
        raise RasterIOError(io_message(what, error.strerror, remedy)) from error
    finally:
        with quiet_gdal():
            band = dataset = None
        part.unlink(missing_ok=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.data.fetch_landcover_us", description=__doc__)
    parser.add_argument("-o", "--output", type=Path, default=Path("scenes"), help="folder (default: scenes)")
    parser.add_argument("--from", dest="local", type=Path, metavar="FOLDER", help="copy from here, no network")
    parser.add_argument("--source", default=SOURCE, metavar="URL", help="address of a mirror of the source's dataset/")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        written = fetch(given.output, given.source.rstrip("/"), given.local)
    except RgbSarError as error:
        logger.error("%s", error)
        return 1
    except KeyboardInterrupt:
        logger.error("Stopped; start again to go on.")
        return 130
    logger.info("%d files written to '%s', the others were there.", written, given.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
