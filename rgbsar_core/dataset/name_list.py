"""Lists of the samples of a split: one name a line."""

from __future__ import annotations

from pathlib import Path

from ..errors import InputError

IMAGES = {".tif", ".tiff", ".png", ".jpg", ".jpeg", ".webp", ".bmp"}


def list_names(path: Path) -> list[str]:
    """Names of a list; an image's extension and empty lines do not count.

    Raises:
        InputError: the file is no text.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The list '{path}' cannot be read ({error}); expected names, one a line. Mend it.") from error
    names = [line.strip() for line in lines if line.strip()]
    return [name[: -len(Path(name).suffix)] if Path(name).suffix.lower() in IMAGES else name for name in names]
