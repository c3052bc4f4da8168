"""Putting one raster on another's lattice, lazily: VRT texts that GDAL computes block by block when read.

SAR is averaged as power: decibels and amplitudes become power before the warp. Pixels without a measurement take
no part in the interpolation. Interpolation alone would close small holes and grow borders, so a pixel of the
target is valid only where the source pixel under its centre is: a second warp, to the nearest pixel, tells.

Source: GDAL's VRT and warped VRT descriptions, https://gdal.org/drivers/raster/vrt.html
"""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from html import escape
from typing import Optional

import numpy as np

from .grid import (
    Geotransform,
    Grid,
    apply_affine,
    degrees,
    invert_affine,
    on_this_turn,
    points_on,
    same_crs,
    spatial_reference,
)
from .reader import ReadPlan
from .source import RasterSource

MAXIMUM_ERROR = 0.002
"""Pixels of the source by which the approximated coordinate transformation may be wrong."""
_BLOCK_WIDTH, _BLOCK_HEIGHT = 512, 128
_ALGORITHMS = {"bilinear": "Bilinear", "cubic": "Cubic", "nearest": "NearestNeighbour"}
_PIXEL_FUNCTIONS = {"none": None, "db_to_power": "dB2pow", "amplitude_to_power": "intensity"}
_VRT_TYPES = {"uint8": "Byte", "uint16": "UInt16", "int16": "Int16", "int32": "Int32",
              "float32": "Float32", "float64": "Float64"}  # fmt: skip


def warped_plan(
    source: RasterSource,
    bands: tuple[int, ...],
    nodata: tuple[Optional[float], ...],
    any_band: bool,
    target: Grid,
    resampling: str,
    convert: str = "none",
    scale: tuple[float, ...] = (),
    offset: tuple[float, ...] = (),
    overview: Optional[RasterSource] = None,
) -> ReadPlan:
    """How to read ``source`` on the pixels of ``target``.

    Args:
        source: raster to warp.
        bands: its bands to warp.
        nodata, any_band: what is no measurement, as in :class:`ReadPlan`.
        target: grid to fill.
        resampling: ``bilinear``, ``cubic`` or ``nearest``; kernels widen when pixels grow, so nothing aliases.
        convert: ``none``, ``db_to_power`` or ``amplitude_to_power``, applied before resampling.
        scale, offset: applied before ``convert``; empty for none.
        overview: what to take the values from instead; what is valid is still told by ``source``.
    """
    marked = any(value is not None for value in nodata)
    as_nan = source.is_float and (any_band or not marked) or convert != "none" or bool(scale) or (marked and any_band)
    dtype = ("float64" if source.dtype in ("int32", "float64") else "float32") if as_nan else source.dtype
    has_cover = source.alpha is not None or source.has_mask
    values = overview or source
    values = replace(values, grid=on_this_turn(target, values.grid))
    prepared = _prepared(values, bands, nodata, dtype, as_nan, convert, scale, offset)
    unified = None if as_nan else next((value for value in nodata if value is not None), None)
    text = _warped(prepared, values, len(bands), dtype, as_nan, unified, has_cover, target, resampling)
    cover = None
    if resampling != "nearest" and (as_nan or marked or has_cover):
        cover = warped_plan(source, bands, nodata, any_band, target, "nearest")
    return ReadPlan(
        dataset=text,
        label=source.label,
        bands=tuple(range(1, len(bands) + 1)),
        dtype=dtype,
        nodata=(None,) * len(bands),
        any_band=True,
        alpha=None if as_nan and not has_cover else len(bands) + 1,
        block_height=_BLOCK_HEIGHT,
        # parts of a strip must not unpack the same strips of the source
        block_width=_BLOCK_WIDTH if values.block_width < values.grid.width else sys.maxsize,
        cover=cover,
    )


def _prepared(
    source: RasterSource,
    bands: tuple[int, ...],
    nodata: tuple[Optional[float], ...],
    dtype: str,
    as_nan: bool,
    convert: str,
    scale: tuple[float, ...],
    offset: tuple[float, ...],
) -> str:
    """VRT of the chosen bands, converted, with the source's alpha or mask as the last band."""
    function = _PIXEL_FUNCTIONS[convert]
    parts = []
    for index, (band, value) in enumerate(zip(bands, nodata)):
        inner = _source(source, str(band))
        if as_nan and value is not None:
            inner += f"<NODATA>{value!r}</NODATA>"
        if scale:
            inner += f"<ScaleOffset>{offset[index]!r}</ScaleOffset><ScaleRatio>{scale[index]!r}</ScaleRatio>"
        derived = ' subClass="VRTDerivedRasterBand"' if function else ""
        parts.append(
            f'<VRTRasterBand dataType="{_VRT_TYPES[dtype]}" band="{index + 1}"{derived}>'
            + ("<NoDataValue>nan</NoDataValue>" if as_nan else "")
            + (f"<PixelFunctionType>{function}</PixelFunctionType>" if function else "")
            + (f"<SourceTransferType>{_VRT_TYPES[dtype]}</SourceTransferType>" if function else "")
            + f"<ComplexSource>{inner}</ComplexSource></VRTRasterBand>"
        )
    if source.alpha is not None or source.has_mask:
        cover = str(source.alpha) if source.alpha is not None else f"mask,{bands[0]}"
        parts.append(
            f'<VRTRasterBand dataType="Byte" band="{len(bands) + 1}"><ColorInterp>Alpha</ColorInterp>'
            f"<ComplexSource>{_source(source, cover)}</ComplexSource></VRTRasterBand>"
        )
    return _dataset(source.grid, "", "".join(parts))


def _warped(
    prepared: str,
    source: RasterSource,
    count: int,
    dtype: str,
    as_nan: bool,
    unified: Optional[float],
    has_cover: bool,
    target: Grid,
    resampling: str,
) -> str:
    """Warped VRT of ``prepared`` on ``target``."""
    with_alpha = has_cover or not as_nan
    bands = "".join(
        f'<VRTRasterBand dataType="{_VRT_TYPES[dtype]}" band="{n}" subClass="VRTWarpedRasterBand">'
        + ("<NoDataValue>nan</NoDataValue>" if as_nan else "")
        + "</VRTRasterBand>"
        for n in range(1, count + 1)
    )
    if with_alpha:
        bands += (
            f'<VRTRasterBand dataType="Byte" band="{count + 1}" subClass="VRTWarpedRasterBand">'
            "<ColorInterp>Alpha</ColorInterp></VRTRasterBand>"
        )
    nodata = "nan" if as_nan else unified
    marks = "" if nodata is None else f"<SrcNoDataReal>{nodata}</SrcNoDataReal><SrcNoDataImag>0</SrcNoDataImag>"
    if as_nan:
        marks += "<DstNoDataReal>nan</DstNoDataReal><DstNoDataImag>0</DstNoDataImag>"
    mapping = "".join(f'<BandMapping src="{n}" dst="{n}">{marks}</BandMapping>' for n in range(1, count + 1))
    across, down = kernel_widths(source.grid, target)
    options = {
        "XSCALE": repr(1 / across),
        "YSCALE": repr(1 / down),
        "INIT_DEST": "NO_DATA" if as_nan else "0",
        "UNIFIED_SRC_NODATA": "YES" if unified is not None else "NO",
        "SRC_ALPHA_MAX": "255",
        "DST_ALPHA_MAX": "255",
        "ERROR_OUT_IF_EMPTY_SOURCE_WINDOW": "FALSE",
    }
    body = (
        f"{bands}<BlockXSize>{min(_BLOCK_WIDTH, target.width)}</BlockXSize>"
        f"<BlockYSize>{min(_BLOCK_HEIGHT, target.height)}</BlockYSize><SrcOvrLevel>NONE</SrcOvrLevel>"
        "<GDALWarpOptions><WarpMemoryLimit>6.71089e+07</WarpMemoryLimit>"
        f"<ResampleAlg>{_ALGORITHMS[resampling]}</ResampleAlg>"
        + (f"<WorkingDataType>{_VRT_TYPES[dtype]}</WorkingDataType>" if as_nan else "")
        + "".join(f'<Option name="{name}">{value}</Option>' for name, value in options.items())
        + f'<SourceDataset relativeToVRT="0">{escape(prepared)}</SourceDataset>'
        + f"<Transformer>{_transformer(source.grid, target)}</Transformer><BandList>{mapping}</BandList>"
        + (f"<SrcAlphaBand>{count + 1}</SrcAlphaBand>" if has_cover else "")
        + (f"<DstAlphaBand>{count + 1}</DstAlphaBand>" if with_alpha else "")
        + "</GDALWarpOptions>"
    )
    return _dataset(target, ' subClass="VRTWarpedDataset"', body)


def kernel_widths(source: Grid, target: Grid) -> tuple[int, int]:
    """By how many source pixels, across and down, the kernel is widened so that larger target pixels do not alias.

    Whole numbers, because a tent (or cubic) kernel then still reproduces a ramp exactly: no pixel moves. Stated
    once for the whole raster, because GDAL's own guess changes from block to block.
    """
    row, column = target.height / 2, target.width / 2
    columns, rows = np.array([column - 0.5, column + 0.5, column, column]), np.array([row, row, row - 0.5, row + 0.5])
    x, y = points_on(source, *apply_affine(target.geotransform, columns, rows), target.crs_wkt)
    across, down = apply_affine(invert_affine(source.geotransform), x, y)
    spans = (math.hypot(v[1] - v[0], v[3] - v[2]) for v in (across, down))
    widths = tuple(max(1, round(span)) if math.isfinite(span) else 1 for span in spans)
    return widths[0], widths[1]


def _transformer(source: Grid, target: Grid) -> str:
    numbers = "".join(
        f"<{name}>{_numbers(values)}</{name}>"
        for name, values in (
            ("SrcGeoTransform", source.geotransform),
            ("SrcInvGeoTransform", invert_affine(source.geotransform)),
            ("DstGeoTransform", target.geotransform),
            ("DstInvGeoTransform", invert_affine(target.geotransform)),
        )
    )
    reprojection = ""
    if not same_crs(source.crs_wkt, target.crs_wkt):
        reprojection = (
            "<ReprojectTransformer><ReprojectionTransformer>"
            f"<SourceSRS>{escape(source.crs_wkt)}</SourceSRS><TargetSRS>{escape(target.crs_wkt)}</TargetSRS>"
            f"{_about_the_place(source)}</ReprojectionTransformer></ReprojectTransformer>"
        )
    return (
        f"<ApproxTransformer><MaxError>{MAXIMUM_ERROR}</MaxError><BaseTransformer><GenImgProjTransformer>"
        f"{numbers}{reprojection}</GenImgProjTransformer></BaseTransformer></ApproxTransformer>"
    )


def _about_the_place(source: Grid) -> str:
    """GDAL's options for where the source lies.

    The area keeps PROJ from trying transformations of other parts of the world, whose files may not be there. Without
    the middle longitude the part of a source in degrees that counts on beyond 180 is nowhere.
    """
    options = {}
    west, _, east, _ = source.bounds()
    if spatial_reference(source.crs_wkt).IsGeographic() and not -180 <= west <= east <= 180:
        options["CENTER_LONG"] = repr((west + east) / 2)
    area = degrees(source)
    if area is not None and -180 <= area[0] <= area[2] <= 180 and -90 <= area[1] <= area[3] <= 90:
        options["AREA_OF_INTEREST"] = ",".join(map(repr, area))
    texts = "".join(f'<Option key="{name}">{value}</Option>' for name, value in options.items())
    return f"<Options>{texts}</Options>"


def _source(source: RasterSource, band: str) -> str:
    level = source.overview
    options = "" if level is None else f'<OpenOptions><OOI key="OVERVIEW_LEVEL">{level}</OOI></OpenOptions>'
    file = f'<SourceFilename relativeToVRT="0" shared="0">{escape(source.path)}</SourceFilename>'
    return f"{file}{options}<SourceBand>{band}</SourceBand>"


def _dataset(grid: Grid, attributes: str, body: str) -> str:
    return (
        f'<VRTDataset rasterXSize="{grid.width}" rasterYSize="{grid.height}"{attributes}>'
        f'<SRS dataAxisToSRSAxisMapping="{_axes(grid)}">{escape(grid.crs_wkt)}</SRS>'
        f"<GeoTransform>{_numbers(grid.geotransform)}</GeoTransform>{body}</VRTDataset>"
    )


def _axes(grid: Grid) -> str:
    return ",".join(str(axis) for axis in spatial_reference(grid.crs_wkt).GetDataAxisToSRSAxisMapping()[:2])


def _numbers(values: Geotransform) -> str:
    return ", ".join(repr(float(value)) for value in values)
