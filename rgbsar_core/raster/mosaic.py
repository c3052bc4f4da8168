"""A map that stays in parts: GeoTIFFs beside each other in one folder, and a virtual raster that joins them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Optional

from ..errors import GridMismatchError, InputError, RasterIOError
from ..legend import Legend
from ..results import ClassArea
from ..strips import RowBlock
from .attributes import area_metadata, describe_classes
from .gdal_calls import attempt, gdal, io_message, last_error, quiet_gdal
from .grid import Grid
from .moves import Moves
from .partial import temporary_beside

_REMEDY = "Free disk space or choose another folder."


def require_joinable(grid: Grid) -> None:
    """Refuse a lattice that GDAL's virtual rasters cannot be built on.

    Raises:
        GridMismatchError: rotated, or not north-up.
    """
    g = grid.geotransform
    if g[2] or g[4] or g[1] <= 0 or g[5] >= 0:
        raise GridMismatchError(
            "The map's grid is rotated or not north-up; a virtual raster (VRT) can join parts of a north-up grid only. "
            "Choose GTiff or COG, or a layer that is north-up as the map's grid."
        )


class VirtualWriter:
    """Takes the place of `MapWriter` where others have written the rows already; a context manager.

    Args:
        parts: files by kind (labels, confidence, probabilities), one entry a part, from top to bottom; may grow
            until :meth:`commit`.
        path, legend, confidence, probabilities, metadata: as for `MapWriter`.

    Parts move to the folder ``<name>.parts`` beside the class raster. Without :meth:`commit` nothing appears.
    """

    def __init__(
        self,
        parts: Sequence[dict[str, str]],
        path: str,
        legend: Legend,
        confidence: Optional[str] = None,
        probabilities: Optional[str] = None,
        metadata: Optional[dict[str, str]] = None,
    ) -> None:
        self._parts = parts
        named = {"labels": path, "confidence": confidence, "probabilities": probabilities}
        self._paths = {kind: Path(final).absolute() for kind, final in named.items() if final}
        self._legend = legend
        self._metadata = dict(metadata or {})
        self._folder = self._paths["labels"].with_suffix(".parts")
        self._temporaries = {kind: temporary_beside(final, ".vrt") for kind, final in self._paths.items()}

    @property
    def temporaries(self) -> tuple[Path, ...]:
        """Files while they are written."""
        return tuple(self._temporaries.values())

    def __enter__(self) -> VirtualWriter:
        if self._folder.exists():
            raise InputError(
                f"The folder '{self._folder}' exists; expected none, it is to hold the parts of the map. Remove it, or "
                "choose another name for the map."
            )
        return self

    def __exit__(self, *_: object) -> None:
        for temporary in self._temporaries.values():
            temporary.unlink(missing_ok=True)

    def write(self, block: RowBlock) -> None:
        """Nothing to do: the rows lie in their part."""

    def commit(self, areas: tuple[ClassArea, ...] = ()) -> None:
        """Move the parts to their folder, join them, and move the virtual rasters to their names: all or nothing.

        Raises:
            RasterIOError: a file cannot be written or moved; every file is where it was.
        """
        try:
            with Moves() as moves:
                for kind, final in self._paths.items():  # first: older ones know parts of the same names
                    moves.put_raster_aside(final, self._temporaries[kind])
                moves.make_folder(self._folder)
                moved = [{kind: self._move(file, moves) for kind, file in part.items()} for part in self._parts]
                for kind in self._paths:
                    self._join(kind, [part[kind] for part in moved], areas)
                for kind, final in self._paths.items():
                    moves.move(self._temporaries[kind], final)
        except RasterIOError:
            raise
        except OSError as error:
            what = f"'{self._folder}' could not be written"
            raise RasterIOError(io_message(what, error.strerror, _REMEDY)) from error

    def _move(self, file: str, moves: Moves) -> str:
        moved = self._folder / os.path.basename(file)
        for suffix in ("", ".aux.xml"):
            if os.path.exists(file + suffix):
                moves.move(Path(file + suffix), Path(str(moved) + suffix))
        return str(moved)

    def _join(self, kind: str, files: list[str], areas: tuple[ClassArea, ...]) -> None:
        temporary = self._temporaries[kind]
        what = f"'{self._paths[kind]}' could not be written"
        joined, failure = attempt(gdal.BuildVRT, str(temporary), files)
        if joined is None or failure:
            raise RasterIOError(io_message(what, failure, _REMEDY))
        names: dict[str, Any] = {
            "labels": ["land cover"],
            "confidence": ["confidence (percent)"],
            "probabilities": self._legend.names,
        }
        for number, name in enumerate(names[kind], start=1):
            joined.GetRasterBand(number).SetDescription(name)
        if kind == "labels":
            for item, text in {**self._metadata, **area_metadata(areas)}.items():
                joined.SetMetadataItem(item, text)
        with quiet_gdal():
            joined.FlushCache()
            joined = None
            failure = last_error()
        if failure:
            raise RasterIOError(io_message(what, failure, _REMEDY))
        if kind == "labels":
            describe_classes(temporary, self._legend, areas)
