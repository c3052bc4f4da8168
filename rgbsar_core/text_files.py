"""Writing the texts of a finished job: all of them appear under their names, or none."""

from __future__ import annotations

import os
from pathlib import Path

from .errors import RasterIOError
from .patience import patiently
from .raster.partial import temporary_beside


def publish_texts(texts: dict[str, str]) -> None:
    """Write texts under temporary names, then move them to their own.

    Args:
        texts: content by path, written as UTF-8.

    Raises:
        RasterIOError: the disk is full or a file cannot be replaced.
    """
    staged = {path: temporary_beside(Path(path), ".txt") for path in texts}
    try:
        for path, temporary in staged.items():
            with open(temporary, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
                file.write(texts[path])
        for path, temporary in staged.items():
            patiently(os.replace, temporary, path)
    except OSError as error:
        raise RasterIOError(
            f"'{path}' could not be written ({error.strerror}); expected room for it, and no other program that has it "
            "open. Close it there, free disk space or choose another folder."
        ) from error
    finally:
        for temporary in staged.values():
            temporary.unlink(missing_ok=True)
