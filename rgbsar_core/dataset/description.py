"""`dataset.json`: what a folder of tiles says of itself.

Physical values are `number * scale + offset`, in `units`. Labels hold the class values of `classes`; `ignore_value`
means unlabelled.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Optional

import numpy as np

from ..errors import InputError, RgbSarError
from ..legend import NODATA_VALUE, Legend
from ..model_card import OPTICAL_UNITS, SAR_UNITS, Band

FILE_NAME = "dataset.json"
FORMAT_VERSION = 1
STRETCH = (1.0, 99.0)
"""Percentiles of each scene that `sources` holds: what a network trained on the tiles is scaled by."""
CALIBRATED = ("linear", "amplitude", "db")
_LARGEST_FILE = 16 * 2**20
_NAN = "nan"


@dataclass(frozen=True)
class ModalityDescription:
    """Tiles of one modality.

    Args:
        folder: they lie in, relative to the data set.
        bands: in the order of the files.
        units: of the physical values, one of `model_card.OPTICAL_UNITS` or `SAR_UNITS`.
        scale, offset: from the files' numbers to physical values, one per band.
        dtype: numpy type of the numbers.
        nodata: number of pixels without a measurement, NaN included; None if every pixel is one.
    """

    folder: str
    bands: tuple[Band, ...]
    units: str
    scale: tuple[float, ...]
    offset: tuple[float, ...]
    dtype: str
    nodata: Optional[float] = None

    def to_json(self) -> dict[str, Any]:
        """Plain data; JSON has no NaN, so it becomes a text."""
        nodata = _NAN if self.nodata is not None and math.isnan(self.nodata) else self.nodata
        return {**asdict(self), "nodata": nodata}

    @classmethod
    def from_json(cls, data: Any, role: str) -> ModalityDescription:
        """Read what `to_json` wrote.

        Raises:
            InputError: something is missing or has the wrong type.
        """
        try:
            bands = tuple(Band(band["name"], band.get("common_name", "")) for band in data["bands"])
            scale = tuple(float(number) for number in data.get("scale", [1.0] * len(bands)))
            offset = tuple(float(number) for number in data.get("offset", [0.0] * len(bands)))
            nodata = data.get("nodata")
            found = cls(
                folder=str(data.get("folder", role)),
                bands=bands,
                units=str(data["units"]),
                scale=scale,
                offset=offset,
                dtype=np.dtype(str(data["dtype"])).name if data.get("dtype") else "",
                nodata=None if nodata is None else float(nodata),
            )
        except (KeyError, TypeError, ValueError, OverflowError, AttributeError, RgbSarError) as error:
            raise _broken(f"an entry '{role}' that cannot be read ({error})") from error
        units = OPTICAL_UNITS if role == "optical" else SAR_UNITS
        if found.units not in units or not bands or not len(bands) == len(scale) == len(offset):
            raise _broken(f"an entry '{role}' whose units or numbers per band do not fit")
        return found


@dataclass(frozen=True)
class DatasetDescription:
    """A folder of tiles.

    Args:
        name: of the data set.
        legend: its classes.
        optical, sar: its modalities.
        gsd: side of a pixel on the ground, metres.
        tile_size: pixels.
        label_folder: where the labels lie.
        ignore_value: label of pixels without a class.
        splits: what each split holds: `{"train": {"tiles": 3, "blocks": 1, "pixels": {"water": 12}}}`.
        recipe: how it was made: size and gap of blocks, shares, seed, least labelled share.
        sources: one dictionary for each scene: files, CRS, pixel size, ground size, tiles, and the percentiles of the
            whole scene, `{"stretch": {"percentiles": [1, 99], "optical": [[low, high], ...], "sar": ...}}`.
        notes: what was assumed.
        tool_version: of the program that made it.
    """

    name: str
    legend: Legend
    optical: ModalityDescription
    sar: ModalityDescription
    gsd: Optional[float]
    tile_size: int
    label_folder: str = "label"
    ignore_value: int = NODATA_VALUE
    splits: dict[str, Any] = field(default_factory=dict)
    recipe: dict[str, Any] = field(default_factory=dict)
    sources: tuple[dict[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    tool_version: str = ""

    def to_text(self) -> str:
        """The file's content."""
        data = {
            "format_version": FORMAT_VERSION,
            "tool_version": self.tool_version,
            "name": self.name,
            "classes": self.legend.to_json(),
            "ignore_value": self.ignore_value,
            "gsd": self.gsd,
            "tile_size": self.tile_size,
            "optical": self.optical.to_json(),
            "sar": self.sar.to_json(),
            "label": {"folder": self.label_folder},
            "splits": self.splits,
            "recipe": self.recipe,
            "sources": list(self.sources),
            "notes": list(self.notes),
        }
        return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def read_description(folder: Path) -> Optional[DatasetDescription]:
    """What a folder says of itself, or None if it has no `dataset.json`.

    Raises:
        InputError: the file is damaged or of a newer format.
        ClassMapError: its class list cannot be used.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        return None
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise _broken(f"{path.stat().st_size:,} bytes")
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise _broken(f"no JSON that can be read ({error})") from error
    version = data.get("format_version") if isinstance(data, dict) else None
    if not isinstance(version, int) or version < 1:
        raise _broken(f"the format version {version!r}")
    if version > FORMAT_VERSION:
        raise InputError(
            f"'{FILE_NAME}' has format {version}; this program reads up to {FORMAT_VERSION}. Update RGB-SAR Land Cover."
        )
    legend = Legend.from_json(data.get("classes"))
    ignored = data.get("ignore_value", NODATA_VALUE)
    if ignored not in range(256) or ignored in legend.values:
        raise _broken(f"the ignore_value {str(ignored)[:40]}")
    try:
        return DatasetDescription(
            name=str(data.get("name", folder.name)),
            legend=legend,
            optical=ModalityDescription.from_json(data.get("optical"), "optical"),
            sar=ModalityDescription.from_json(data.get("sar"), "sar"),
            gsd=None if data.get("gsd") is None else float(data["gsd"]),
            tile_size=int(data.get("tile_size", 0)),
            label_folder=str(data.get("label", {}).get("folder", "label")),
            ignore_value=int(data.get("ignore_value", NODATA_VALUE)),
            splits=dict(data.get("splits", {})),
            recipe=dict(data.get("recipe", {})),
            sources=tuple(data.get("sources", ())),
            notes=tuple(map(str, data.get("notes", ()))),
            tool_version=str(data.get("tool_version", "")),
        )
    except (TypeError, ValueError, OverflowError, AttributeError) as error:
        if isinstance(error, RgbSarError):
            raise
        raise _broken(f"an entry of the wrong type ({error})") from error


def trained_units(described: ModalityDescription) -> str:
    """Units a network is trained on: calibrated SAR is trained on in decibels, whose values are spread evenly."""
    return "db" if described.units in CALIBRATED else described.units


def _broken(found: str) -> InputError:
    return InputError(
        f"'{FILE_NAME}' has {found}; expected what `rgbsar dataset make` writes. Repair it, or make the data set again."
    )
