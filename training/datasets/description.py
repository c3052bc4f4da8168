"""What a data set folder says of itself: the `dataset.json` that `rgbsar dataset make` writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rgbsar_core.errors import InputError

DESCRIPTION = "dataset.json"


def describe_folder(folder: Path) -> dict[str, Any]:
    """The recipe's keys that a folder answers: classes, bands, units and ground size of a pixel.

    Raises:
        InputError: the file cannot be read or lacks what it should hold.
    """
    path = folder / DESCRIPTION
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        found: dict[str, Any] = {
            "classes": [{name: entry[name] for name in ("value", "name", "color")} for entry in data["classes"]]
        }
        for role in ("optical", "sar"):
            bands = data[role]["bands"]
            found[role] = {
                "bands": [{"name": band["name"], "common_name": band.get("common_name", "")} for band in bands],
                "units": data[role].get("units", "digital_number"),
            }
        found["data"] = {"gsd": data.get("gsd")}
    except OSError as error:
        raise InputError(f"'{path}' cannot be read: {error.strerror}. Check the folder.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"'{path}' is not the description of a data set ({error!r}); expected classes, and bands and units of "
            "optical and sar. Make the folder again, or remove the file and give all this in the recipe."
        ) from error
    return found
