"""A table of scenes, for data sets made of several places."""

from __future__ import annotations

import csv
from pathlib import Path

from ..errors import InputError
from .make_job import SceneFiles

_COLUMNS = ("optical", "sar", "labels")
_LONGEST_SHOWN = 60


def read_scene_list(path: str) -> tuple[SceneFiles, ...]:
    """Read a CSV file with the columns optical, sar and labels, and perhaps name; one scene a line.

    Relative paths start at the file's own folder.

    Raises:
        InputError: the file cannot be read, has other columns, or an empty cell.
    """
    expected = "expected a CSV file, UTF-8 with commas, that has the columns optical, sar, labels and perhaps name"
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            columns = list(reader.fieldnames or ())
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        found = f"cannot be read ({error})"
        raise InputError(f"The list of scenes '{path}' {found}; {expected}. Check it.") from error
    missing = [name for name in _COLUMNS if name not in columns]
    twice = [name for name in (*_COLUMNS, "name") if columns.count(name) > 1]
    if not rows or missing or twice:
        shown = ",".join(columns)[:_LONGEST_SHOWN]
        found = "has no line of data below its header"
        if missing:
            found = f"has no column {missing[0]} (its first line begins with '{shown}')"
        elif twice:
            found = f"has two columns {twice[0]}"
        raise InputError(f"The list of scenes '{path}' {found}; {expected}. Complete it.")
    scenes = []
    for number, row in enumerate(rows, start=2):
        cells = {name: (row[name] or "").strip() for name in _COLUMNS}
        empty = [name for name, cell in cells.items() if not cell]
        if empty:
            raise InputError(f"Line {number} of '{path}' has no {empty[0]}; expected a file. Complete or remove it.")
        folder = Path(path).parent
        files = {name: str(folder / cell) for name, cell in cells.items()}
        scenes.append(SceneFiles(**files, name=(row.get("name") or "").strip()))
    return tuple(scenes)
