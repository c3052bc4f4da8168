"""Writing a map: class raster, confidence and probabilities appear under their names only when complete."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Optional, Union

from ..errors import InputError, RasterIOError
from ..legend import NODATA_VALUE, Legend
from ..results import ClassArea
from ..strips import CONFIDENCE_NODATA, RowBlock
from .attributes import area_metadata, color_table, describe_classes
from .grid import Grid
from .partial import PartialRaster, publish, temporary_beside

_LONGEST_NAME = 240  # bytes; file systems take 255, and a side file adds an ending such as .aux.xml


def check_name(path: str) -> None:
    """Refuse a path no file can have.

    Raises:
        InputError: it is too long, ends like a folder, or holds bytes that are no text.
    """
    name = os.path.basename(os.path.abspath(path)) if "\0" not in path else ""
    if not name or path.endswith(("/", os.sep)):
        raise InputError(f"The output '{path}' is no name of a file; expected one. Add it, such as landcover.tif.")
    try:
        length = len(name.encode("utf-8"))
    except UnicodeEncodeError as error:
        shown = path.encode("utf-8", "replace").decode()
        raise InputError(
            f"The name of the output '{shown}' holds bytes that are no text; expected letters. Choose another name."
        ) from error
    if length > _LONGEST_NAME:
        raise InputError(
            f"The name of the output '{name[:40]}...' is {length} bytes long; expected {_LONGEST_NAME} at most, for "
            "the files beside it have longer ones. Choose a shorter name."
        )


def check_writable(path: str) -> None:
    """Refuse a path nothing can be written to, by trying.

    Raises:
        InputError: the folder is missing, the path is a folder, device or pipe, or no file can have it.
        RasterIOError: the folder or the existing file cannot be written to.
    """
    check_name(path)
    target = Path(path)
    folder = target.absolute().parent
    if not os.path.isdir(folder):  # unlike Path's, it takes names that are too long
        raise InputError(f"The folder '{folder}' does not exist; expected a folder for '{target.name}'. Create it.")
    if target.is_dir():
        raise InputError(f"The output '{path}' is a folder; expected a file name. Add one, such as landcover.tif.")
    if target.exists() and not target.is_file():  # a file would take its place, if the user may do everything
        raise InputError(f"The output '{path}' is a device or pipe; expected a file name. Choose another output.")
    trial = temporary_beside(target, ".trial")
    try:
        trial.touch(exist_ok=False)
        trial.unlink()
    except OSError as error:
        raise RasterIOError(
            f"The folder '{folder}' cannot be written to ({error.strerror}); expected a writable one. "
            "Choose another folder."
        ) from error
    _refuse_open_file(target)


def _refuse_open_file(target: Path) -> None:
    """Windows replaces no file that is open, be it as a layer of QGIS's project; after hours of work is too late."""
    try:
        os.rename(target, target)  # changes nothing
    except PermissionError as error:
        raise RasterIOError(
            f"'{target}' cannot be replaced ({error.strerror}); expected a file that no program has open. Remove its "
            "layer from the project, close it in other programs, or choose another name."
        ) from error
    except OSError:  # there is none yet
        return


class MapWriter:
    """Writes the rows of a map as they come; a context manager.

    Args:
        path: class raster to write, uint8, 0 = nodata.
        grid: its lattice.
        legend: values, names and colours.
        confidence: confidence raster (percent, 255 = nodata) or None.
        probabilities: one band per class (percent, 255 = nodata) or None.
        output_format: ``GTiff`` or ``COG``, for all of them.
        metadata: items to store in the class raster.

    Leaving the context without :meth:`commit` removes everything; files that existed before stay untouched.
    """

    def __init__(
        self,
        path: Union[str, Path],
        grid: Grid,
        legend: Legend,
        confidence: Optional[Union[str, Path]] = None,
        probabilities: Optional[Union[str, Path]] = None,
        output_format: str = "GTiff",
        metadata: Optional[dict[str, str]] = None,
    ) -> None:
        self._grid = grid
        self._legend = legend
        self._format = output_format
        self._metadata = dict(metadata or {})
        self._paths = {"labels": Path(path)}
        if confidence:
            self._paths["confidence"] = Path(confidence)
        if probabilities:
            self._paths["probabilities"] = Path(probabilities)
        self._temporaries = {kind: temporary_beside(final, ".tif") for kind, final in self._paths.items()}
        self._files: dict[str, PartialRaster] = {}
        self._next_row = 0

    def __enter__(self) -> MapWriter:
        for path in self._paths.values():
            check_writable(str(path))
        bands = {"labels": 1, "confidence": 1, "probabilities": len(self._legend)}
        try:
            for kind, path in self._paths.items():
                nodata = NODATA_VALUE if kind == "labels" else CONFIDENCE_NODATA
                self._files[kind] = PartialRaster(
                    path, self._grid, bands[kind], nodata, "uint8", self._temporaries[kind], self._format
                )
            self._describe()
        except BaseException:
            self._discard()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._discard()

    @property
    def temporaries(self) -> tuple[Path, ...]:
        """The files while they are written: what a killed process leaves behind."""
        return tuple(self._temporaries.values())

    def write(self, block: RowBlock) -> None:
        """Add the next rows.

        Raises:
            InputError: rows out of order, of another width, or without the probabilities that are to be written.
            RasterIOError: the disk is full or gone.
        """
        if block.row != self._next_row or block.labels.shape[1] != self._grid.width:
            raise InputError(
                f"Rows from {block.row}, {block.labels.shape[1]} pixels wide, came; expected row {self._next_row}, "
                f"{self._grid.width} wide. Write blocks in row order."
            )
        self._files["labels"].append(block.labels[None])
        if "confidence" in self._files:
            self._files["confidence"].append(block.confidence[None])
        if "probabilities" in self._files:
            if block.probabilities is None:
                raise InputError("A block without probabilities came; expected them. Ask the engine for probabilities.")
            self._files["probabilities"].append(block.probabilities)
        self._next_row += block.height

    def commit(self, areas: tuple[ClassArea, ...] = ()) -> None:
        """Finish all files and move them to their names.

        Args:
            areas: ground per class, for attribute table and metadata.

        Raises:
            InputError: rows are missing.
            RasterIOError: a file cannot be finished or moved.
        """
        self.finish(areas)
        self.publish()

    def finish(self, areas: tuple[ClassArea, ...] = ()) -> None:
        """The part of :meth:`commit` that needs room on the disk: all but moving the files to their names."""
        if self._next_row != self._grid.height:
            raise InputError(f"{self._next_row} of {self._grid.height} rows were written. Write all before committing.")
        self._files["labels"].set_metadata(area_metadata(areas))
        for file in self._files.values():
            file.finish()
        describe_classes(self._files["labels"].temporary, self._legend, areas)

    def publish(self) -> None:
        """Move the finished files to their names, all of them or none."""
        publish(self._files.values())
        self._files = {}

    def _describe(self) -> None:
        labels = self._files["labels"]
        labels.set_metadata({"TIFFTAG_SOFTWARE": "RGB-SAR Land Cover", **self._metadata})
        labels.describe(1, "land cover", color_table(self._legend))
        if "confidence" in self._files:
            self._files["confidence"].describe(1, "confidence (percent)")
        if "probabilities" in self._files:
            for number, name in enumerate(self._legend.names, start=1):
                self._files["probabilities"].describe(number, name)

    def _discard(self) -> None:
        for file in self._files.values():
            file.discard()
        self._files = {}
