"""Files that move to their names together, or are all where they were."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from ..errors import RasterIOError
from ..patience import patiently

SIDE_FILES = (".aux.xml", ".ovr", ".msk")


class Moves:
    """Files that move to their names together; a context manager.

    Left by an error, every file is back where it was, those put aside, too; else the latter are removed.
    """

    def __init__(self) -> None:
        self._done: list[tuple[Path, Path]] = []
        self._made: list[Path] = []
        self._aside: list[Path] = []

    def __enter__(self) -> Moves:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        while kind is not None and self._done:
            before, after = self._done.pop()
            patiently(os.replace, after, before)
        for folder in self._made if kind is not None else []:
            with suppress(OSError):  # what another program put there stays
                patiently(folder.rmdir)
        for old in self._aside:
            with suppress(OSError):
                patiently(old.unlink)

    def move(self, before: Path, after: Path) -> None:
        """Give a file another name."""
        patiently(os.replace, before, after)
        self._done.append((before, after))

    def make_folder(self, path: Path) -> None:
        """Make a folder that is not there yet, for files to move to."""
        path.mkdir()
        self._made.append(path)

    def put_raster_aside(self, path: Path, temporary: Path) -> None:
        """Put a raster and its side files aside, if there are such, under names that begin with ``temporary``'s.

        Raises:
            RasterIOError: another program has one of them open.
        """
        try:
            for suffix in ("", *SIDE_FILES):
                self.put_aside(with_ending(path, suffix), with_ending(temporary, f".old{suffix}"))
        except OSError as error:
            raise not_replaced(path, error) from error

    def put_aside(self, path: Path, aside: Path) -> None:
        """Give a file that is to be replaced, if there is one, a name nobody uses; a folder is left, and an error."""
        if path.is_dir() and not path.is_symlink():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if os.path.lexists(path):
            self.move(path, aside)
            self._aside.append(aside)


def not_replaced(path: Path, error: OSError) -> RasterIOError:
    """The sentence for a file that is in the way of a finished one."""
    return RasterIOError(
        f"'{path}' could not be replaced: {error.strerror}. It may be open in another program; "
        "close it there or choose another name."
    )


def with_ending(path: Path, suffix: str) -> Path:
    """The path with an ending after its own."""
    return path.with_name(path.name + suffix)
