"""Looking at one raster file: what it is, and whether it can become a network's input."""

from __future__ import annotations

import math
import os
import sys
from dataclasses import dataclass
from typing import Any, Optional

import numpy as np

from ..errors import GridMismatchError, InputError, RasterIOError
from .gdal_calls import attempt, attempt_again, gdal, io_message
from .grid import Geotransform, Grid, invert_affine

# GDAL data type -> numpy type we read it as (types torch lacks are read as the next wider one it has).
_READ_AS = {"Byte": "uint8", "Int8": "int16", "UInt16": "uint16", "Int16": "int16", "Int32": "int32",
            "UInt32": "float64", "Int64": "float64", "UInt64": "float64", "Float16": "float32",
            "Float32": "float32", "Float64": "float64"}  # fmt: skip
GDAL_TYPES = {"uint8": gdal.GDT_Byte, "uint16": gdal.GDT_UInt16, "int16": gdal.GDT_Int16, "int32": gdal.GDT_Int32,
              "float32": gdal.GDT_Float32, "float64": gdal.GDT_Float64}  # fmt: skip
_ALPHA_WINDOW = 256
_LARGEST_PROBE = 64 * 2**20
DAMAGED = "The file may be truncated or its disk gone; copy or export it again."


@dataclass(frozen=True)
class RasterBand:
    """What the file says of one band. ``scale`` and ``offset`` are 1 and 0 where it says nothing."""

    number: int
    description: str
    color: str
    nodata: Optional[float]
    scale: float
    offset: float
    metadata: dict[str, str]


@dataclass(frozen=True)
class RasterSource:
    """A raster that can be used, as plain data.

    Args:
        path: what GDAL opens.
        role: ``optical``, ``SAR`` or what else it is, for messages.
        grid: its lattice.
        dtype: numpy type its pixels are read as.
        bands: data bands, alpha excluded.
        alpha: number of the alpha band, or None.
        has_mask: the data set has a mask of its own.
        block_height, block_width: of a block that is unpacked as one.
        metadata: of the data set, all domains that may hold product facts.
        overview: number of the overview whose pixels ``grid`` describes, or None for the full ones.
    """

    path: str
    role: str
    grid: Grid
    dtype: str
    bands: tuple[RasterBand, ...]
    alpha: Optional[int]
    has_mask: bool
    block_height: int
    block_width: int
    metadata: dict[str, str]
    overview: Optional[int] = None

    @property
    def label(self) -> str:
        """How messages name this raster."""
        return f"the {self.role} raster '{os.path.basename(self.path) or self.path}'"

    @property
    def title(self) -> str:
        """How messages name it where it begins a sentence."""
        return capital(self.label)

    @property
    def is_float(self) -> bool:
        """True for floating point pixels."""
        return self.dtype.startswith("float")

    def band(self, number: int) -> RasterBand:
        """One data band by its number in the file."""
        return next(band for band in self.bands if band.number == number)


def capital(label: str) -> str:
    """A raster's label where it begins a sentence."""
    return label[:1].upper() + label[1:]


def open_raster(path: str, role: str, chosen: Optional[tuple[int, ...]] = None) -> RasterSource:
    """Look at a raster and refuse it if it cannot become a network's input.

    Args:
        path: what GDAL opens.
        role: ``optical``, ``SAR`` or what else it is, for messages.
        chosen: the user's bands; one that is marked as alpha is data then.

    Raises:
        InputError: not a raster, no pixels of its own, complex pixels.
        GridMismatchError: no CRS, or no geotransform.
        RasterIOError: its last block cannot be read: truncated.
    """
    dataset, failure = attempt_again(path, gdal.Open, path)
    if dataset is None:
        exists = os.path.exists(path)
        found = "is not a raster GDAL can read" if exists else "was not found"
        detail = f" ({failure.splitlines()[0].rstrip('.')})" if exists and failure else ""
        raise InputError(
            f"The {role} input '{path}' {found}{detail}; expected a GeoTIFF or another raster format. "
            "Check the path, or export the layer as GeoTIFF."
        )
    if dataset.RasterCount == 0:
        names = ", ".join(name for name, _ in dataset.GetSubDatasets()[:4]) or "none"
        raise InputError(
            f"The {role} input '{path}' is a container without pixels of its own (it holds: {names}); expected one "
            "raster. Choose one of its sub-datasets."
        )
    _refuse_complex(dataset, path, role)
    grid = _grid(dataset, path, role)
    every = range(1, dataset.RasterCount + 1)
    alpha = next((n for n in every if n not in (chosen or ()) and _is_alpha(dataset.GetRasterBand(n))), None)
    numbers = [n for n in every if n != alpha]
    bands = tuple(_band(dataset.GetRasterBand(n), n) for n in numbers)
    if not bands:
        raise InputError(f"The {role} input '{path}' has only an alpha band; expected image bands. Choose another.")
    first = dataset.GetRasterBand(numbers[0])
    flags = first.GetMaskFlags()
    block_width, block_height = _block_size(dataset, first)
    source = RasterSource(
        path=path,
        role=role,
        grid=grid,
        dtype=_common_type([_read_type(dataset.GetRasterBand(n)) for n in numbers]),
        bands=bands,
        alpha=alpha,
        has_mask=bool(flags & gdal.GMF_PER_DATASET) and not flags & gdal.GMF_ALPHA,
        block_height=block_height,
        block_width=block_width,
        metadata=dict(dataset.GetMetadata() or {}),
    )
    _probe_end(first, source)
    return source


def nodata_in_one_band(source: RasterSource, nodata: tuple[Optional[float], ...]) -> bool:
    """Whether nodata in one of these bands makes a pixel invalid; else all must hold it.

    0 may also be a dark value of one band, and 255 of 8 bits a bright one.
    """
    bright = source.dtype == "uint8" and set(nodata) == {255.0}
    return not bright and any(value not in (None, 0.0) for value in nodata)


def _block_size(dataset: Any, band: Any) -> tuple[int, int]:
    """Width and height of a block; of a virtual raster those of its first file, which are what is unpacked."""
    files = (dataset.GetFileList() or []) if dataset.GetDriver().ShortName == "VRT" else []
    inner = next((name for name in files if name != dataset.GetDescription()), None)
    opened = None if inner is None else attempt(gdal.Open, inner)[0]
    if opened is None or opened.RasterCount == 0:
        width, height = band.GetBlockSize()
        return width, height
    width, height = opened.GetRasterBand(1).GetBlockSize()
    # as wide as its file: a strip, which reaches as far as the virtual raster does for all that matters here
    return (sys.maxsize if width >= opened.RasterXSize else width), height


def _refuse_complex(dataset: Any, path: str, role: str) -> None:
    for number in range(1, dataset.RasterCount + 1):
        kind = dataset.GetRasterBand(number).DataType
        if gdal.DataTypeIsComplex(kind):
            raise InputError(
                f"The {role} input '{path}' has complex pixels ({gdal.GetDataTypeName(kind)}), as single-look complex "
                "(SLC) products do; expected detected intensity or amplitude. Calibrate, detect and multilook it "
                "first, or use a GRD or RTC product."
            )


def _grid(dataset: Any, path: str, role: str) -> Grid:
    wkt = dataset.GetProjection() or _modern_wkt(dataset)
    geotransform: Optional[Geotransform] = dataset.GetGeoTransform(can_return_null=True)
    if geotransform is None and dataset.GetGCPCount():
        raise GridMismatchError(
            f"The {role} raster '{path}' is placed by {dataset.GetGCPCount()} ground control points only; expected "
            "geocoded pixels. Terrain-correct the SAR scene, or warp the image (gdalwarp) first."
        )
    if not wkt or geotransform is None:
        missing = "coordinate reference system (CRS)" if not wkt else "geotransform"
        raise GridMismatchError(
            f"The {role} raster '{path}' has no {missing}; expected a georeferenced raster. Assign one (in QGIS: "
            "Raster > Projections > Assign Projection)."
        )
    invert_affine(geotransform)
    return Grid(dataset.RasterXSize, dataset.RasterYSize, tuple(map(float, geotransform)), wkt)  # type: ignore[arg-type]


def _modern_wkt(dataset: Any) -> str:
    """WKT 2 of a system that the older form cannot express; empty if there is none."""
    reference = dataset.GetSpatialRef()
    return "" if reference is None else str(reference.ExportToWkt(["FORMAT=WKT2_2019"]))


def _band(band: Any, number: int) -> RasterBand:
    return RasterBand(
        number=number,
        description=band.GetDescription() or "",
        color=_color(band),
        nodata=band.GetNoDataValue(),
        scale=_finite(band.GetScale(), 1.0),
        offset=_finite(band.GetOffset(), 0.0),
        # GDAL 3.10 moved wavelengths into a domain of their own
        metadata={**(band.GetMetadata("IMAGERY") or {}), **(band.GetMetadata() or {})},
    )


def _finite(value: Optional[float], otherwise: float) -> float:
    """What the file says, if it is a number."""
    return float(value) if value is not None and math.isfinite(value) else otherwise


def _is_alpha(band: Any) -> bool:
    """True for a real alpha band: GDAL calls the fourth of four 8-bit bands so, even if it is near infrared."""
    if _color(band) != "Alpha" or band.GetDescription().strip().lower() not in ("", "alpha", "mask"):
        return False
    width, height = min(band.XSize, _ALPHA_WINDOW), min(band.YSize, _ALPHA_WINDOW)
    window = ((band.XSize - width) // 2, (band.YSize - height) // 2, width, height)
    data, _ = attempt(band.ReadRaster, *window, buf_type=gdal.GDT_Float64)
    values = np.frombuffer(data or b"", np.float64)
    top = 65535 if gdal.GetDataTypeName(band.DataType) == "UInt16" else 255
    return bool(((values > 0) & (values < top)).mean() < 0.1) if len(values) else True


def _color(band: Any) -> str:
    return str(gdal.GetColorInterpretationName(band.GetColorInterpretation()))


def _read_type(band: Any) -> str:
    name = gdal.GetDataTypeName(band.DataType)
    if name not in _READ_AS:
        raise InputError(f"Pixels of type {name} found; expected integer or floating point. Convert the raster.")
    return _READ_AS[name]


def _common_type(types: list[str]) -> str:
    common = np.result_type(*types).name
    return common if common in GDAL_TYPES else "float64"


def _probe_end(band: Any, source: RasterSource) -> None:
    """Read the last block: a truncated file is found before the work starts."""
    width, height = band.GetBlockSize()
    if width * height * np.dtype(source.dtype).itemsize > _LARGEST_PROBE:
        return
    column, row = (band.XSize - 1) // width * width, (band.YSize - 1) // height * height
    window = (column, row, band.XSize - column, band.YSize - row)
    _, failure = attempt_again(source.path, band.ReadRaster, *window)
    if failure:
        raise RasterIOError(io_message(f"The end of {source.label} (row {row}) cannot be read", failure, DAMAGED))
