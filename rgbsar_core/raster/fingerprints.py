"""Telling whether files are still the ones a job began with, without reading their pixels."""

from __future__ import annotations

import os
from typing import Optional

from .gdal_calls import attempt, gdal
from .mask import PolygonMask


def layer_state(path: str) -> dict[str, list[int]]:
    """Size and time of change of every file a raster is read from (side files and sources of a VRT included).

    Remote files count with what their server tells of them.
    """
    path = os.path.abspath(path) if os.path.exists(path) else path  # from whatever folder the job is started
    dataset, _ = attempt(gdal.Open, path)
    files = attempt(dataset.GetFileList)[0] if dataset is not None else None
    return {name: _state(name) for name in sorted({path, *(files or ())})}


def _state(path: str) -> list[int]:
    try:
        found = os.stat(path)
        return [found.st_size, found.st_mtime_ns]
    except (OSError, ValueError):
        remote, _ = attempt(gdal.VSIStatL, path)
        return [] if remote is None else [int(remote.size), int(remote.mtime)]


def mask_state(path: Optional[str]) -> str:
    """Digest of the polygons: QGIS writes the same mask into another file each time. Empty for no mask."""
    return PolygonMask(path).digest() if path else ""


def gdal_version() -> str:
    """Of the library that reads and resamples."""
    return str(gdal.VersionInfo("RELEASE_NAME"))
