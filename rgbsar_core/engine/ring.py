"""Slots of pixels in memory-mapped files, shared by the worker process and its parent.

Each direction has a few slots, one file each. A message names the slot and how many rows are in it; the
other side copies them out and gives the slot back. Files, unlike pickled shared memory, work between
different Python and numpy versions.
"""

from __future__ import annotations

import mmap
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Optional

import numpy as np
from numpy.typing import NDArray

from ..errors import EngineError, ResourceLimitError
from ..strips import RowBlock, Strip

_ALIGNMENT = 64
_PIECE = 2**20


@dataclass(frozen=True)
class SlotField:
    """One array of a slot: name, numpy type and shape; the second last axis is rows."""

    name: str
    dtype: str
    shape: tuple[int, ...]

    @property
    def nbytes(self) -> int:
        """Bytes up to the next aligned start."""
        size = int(np.dtype(self.dtype).itemsize * np.prod(self.shape, dtype=np.int64))
        return -(-size // _ALIGNMENT) * _ALIGNMENT


@dataclass(frozen=True)
class SlotLayout:
    """The arrays of every slot in one direction, and the files that hold the slots."""

    fields: tuple[SlotField, ...]
    paths: tuple[str, ...]

    @property
    def nbytes(self) -> int:
        """Size of one slot."""
        return sum(field.nbytes for field in self.fields)

    def to_json(self) -> dict[str, Any]:
        """Plain data for a message."""
        return {"fields": [[f.name, f.dtype, list(f.shape)] for f in self.fields], "paths": list(self.paths)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> SlotLayout:
        """Read what :meth:`to_json` wrote."""
        fields = tuple(SlotField(name, dtype, tuple(shape)) for name, dtype, shape in data["fields"])
        return cls(fields, tuple(data["paths"]))


def input_layout(first: Strip, rows: int, folder: Path, slots: int) -> SlotLayout:
    """Slots for strips like ``first`` of up to ``rows`` rows."""
    width = first.valid.shape[1]
    fields = [SlotField("valid", "|u1", (rows, width))]
    for name, pixels in (("optical", first.optical), ("sar", first.sar)):
        if pixels is not None:
            fields.append(SlotField(name, pixels.dtype.str, (pixels.shape[0], rows, width)))
    return SlotLayout(tuple(fields), tuple(str(folder / f"in{index}.bin") for index in range(slots)))


def output_layout(rows: int, width: int, classes: Optional[int], folder: Path, slots: int) -> SlotLayout:
    """Slots for blocks of finished rows; ``classes`` is None when no probabilities are asked for."""
    fields = [SlotField("labels", "|u1", (rows, width)), SlotField("confidence", "|u1", (rows, width))]
    if classes is not None:
        fields.append(SlotField("probabilities", "|u1", (classes, rows, width)))
    return SlotLayout(tuple(fields), tuple(str(folder / f"out{index}.bin") for index in range(slots)))


class Ring:
    """The mapped slots of one direction.

    Args:
        layout: arrays and files.
        create: make the files (the parent does), or open what is there (the worker does).

    Raises:
        ResourceLimitError: the files cannot be made.
        EngineError: the files are not there or have another size.
    """

    def __init__(self, layout: SlotLayout, create: bool) -> None:
        self.layout = layout
        self._named = True
        self._maps: list[mmap.mmap] = []
        self._slots: list[dict[str, NDArray[Any]]] = []
        try:
            for path in layout.paths:
                self._open(Path(path), create)
        except (OSError, ValueError) as error:
            self.close()
            if create:
                raise ResourceLimitError(
                    f"The exchange files of {layout.nbytes * len(layout.paths) / 1e6:.0f} MB cannot be made in "
                    f"'{Path(layout.paths[0]).parent}': {error}. Free disk space there, or point the TMPDIR "
                    "(Windows: TEMP) variable to a disk with space."
                ) from error
            raise EngineError(f"The exchange files cannot be opened: {error}. Run the job again.") from error

    def arrays(self, slot: int) -> dict[str, NDArray[Any]]:
        """The arrays of one slot, by name.

        Raises:
            EngineError: there is no such slot.
        """
        if not 0 <= slot < len(self._slots):
            raise EngineError(f"Slot {slot} was named; there are {len(self._slots)}. Run the job again.")
        return self._slots[slot]

    def forget_files(self) -> None:
        """Take the files' names away once both sides have them mapped, so that not even a crash leaves them.

        Windows does not allow it; there the folder is removed at the end.
        """
        if os.name == "posix" and self._named:
            self._named = False
            for path in self.layout.paths:
                Path(path).unlink(missing_ok=True)

    def close(self) -> None:
        """Unmap everything; files stay (their maker removes the folder)."""
        self._slots.clear()
        for mapped in self._maps:
            try:
                mapped.close()
            except BufferError:  # somebody still looks at the pixels: unmapped when they let go
                continue
        self._maps.clear()

    def _open(self, path: Path, create: bool) -> None:
        if create:
            with path.open("wb") as file:
                _reserve(file, self.layout.nbytes)
        with path.open("r+b") as file:
            mapped = mmap.mmap(file.fileno(), self.layout.nbytes)
        self._maps.append(mapped)
        arrays: dict[str, NDArray[Any]] = {}
        offset = 0
        for field in self.layout.fields:
            arrays[field.name] = np.ndarray(field.shape, np.dtype(field.dtype), buffer=mapped, offset=offset)
            offset += field.nbytes
        self._slots.append(arrays)


def _reserve(file: BinaryIO, size: int) -> None:
    """Give a file its size, and its room on the disk.

    Where a page of a mapped file finds no room when it is first written to, the system ends the process: QGIS, here.
    """
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, size)
    elif os.name == "posix":  # macOS
        for first in range(0, size, _PIECE):
            file.write(bytes(min(_PIECE, size - first)))
    else:
        file.truncate(size)


def write_rows(arrays: dict[str, NDArray[Any]], pixels: dict[str, Optional[NDArray[Any]]]) -> None:
    """Copy rows into the top of a slot."""
    for name, target in arrays.items():
        source = pixels.get(name)
        if source is None or source.dtype != target.dtype or source.shape[:-2] != target.shape[:-2]:
            raise EngineError(f"The {name} rows changed their bands or data type; feed strips of one raster.")
        target[..., : source.shape[-2], :] = source


def read_strip(arrays: dict[str, NDArray[Any]], row: int, height: int) -> Strip:
    """A strip that looks at a slot, without a copy."""
    rows = _top(arrays, height)
    return Strip(row=row, optical=rows.get("optical"), sar=rows.get("sar"), valid=rows["valid"])


def read_block(arrays: dict[str, NDArray[Any]], row: int, height: int) -> RowBlock:
    """A block of finished rows copied out of a slot."""
    rows = {name: array.copy() for name, array in _top(arrays, height).items()}
    return RowBlock(
        row=row, labels=rows["labels"], confidence=rows["confidence"], probabilities=rows.get("probabilities")
    )


def _top(arrays: dict[str, NDArray[Any]], height: int) -> dict[str, NDArray[Any]]:
    return {name: array[..., :height, :] for name, array in arrays.items()}
