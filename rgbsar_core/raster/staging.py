"""Outputs that other programs of GDAL write whole: made in a hidden folder, moved to their names when all are ready."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Optional

from ..errors import RasterIOError
from .moves import SIDE_FILES, Moves
from .partial import temporary_beside

_OPEN_DATABASE = ("-wal", "-journal")


class StagedFiles:
    """Files under their own names in hidden folders beside their final places; a context manager.

    In a folder of its own a file keeps its name, and so do the side files GDAL adds to it.

    Leaving the context without :meth:`publish`, or by an error after it, removes everything; files that existed before
    are as they were.
    """

    def __init__(self) -> None:
        self._folders: dict[Path, Path] = {}
        self._moves = Moves()

    def __enter__(self) -> StagedFiles:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._moves.__exit__(kind)
        for folder in self._folders.values():
            shutil.rmtree(folder, ignore_errors=True)

    def path(self, final: str) -> str:
        """Where to write the file that shall become ``final``.

        Raises:
            RasterIOError: the folder cannot be written to.
        """
        target = Path(final).absolute()
        folder = temporary_beside(target, "")
        try:
            folder.mkdir()
        except OSError as error:
            raise RasterIOError(
                f"The folder '{target.parent}' cannot be written to ({error.strerror}); expected a writable one. "
                "Choose another folder."
            ) from error
        self._folders[target] = folder
        return str(folder / target.name)

    def publish(self) -> None:
        """Move every file, with the side files it has, to its name; side files of what it replaces go.

        Raises:
            RasterIOError: another program has a file open.
        """
        for target, folder in self._folders.items():
            _refuse_open_database(target)
            try:
                made = sorted(folder.iterdir())
                replaced = folder / "replaced"
                replaced.mkdir()
                for old in (target.with_name(target.name + suffix) for suffix in ("", *SIDE_FILES)):
                    self._moves.put_aside(old, replaced / old.name)
                for file in made:
                    self._moves.move(file, target.with_name(file.name))
            except OSError as error:
                raise RasterIOError(_occupied(target, error.strerror)) from error


def _refuse_open_database(target: Path) -> None:
    """A journal beside a GeoPackage means that a program has it open, and would spoil the new one."""
    for suffix in _OPEN_DATABASE:
        if target.with_name(target.name + suffix).exists():
            raise RasterIOError(_occupied(target, f"'{target.name}{suffix}' lies beside it"))


def _occupied(target: Path, reason: Optional[str]) -> str:
    return (
        f"'{target}' could not be replaced ({reason}); it may be open in another program. Close it there, remove its "
        "layer from the project, or choose another name."
    )
