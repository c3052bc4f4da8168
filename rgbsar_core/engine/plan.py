"""What a prediction over one raster is to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Optional, TypeVar

from numpy.typing import NDArray
from torch import Tensor

from ..radiometry import InputTransform
from ..strips import OPTICAL_VALID, SAR_VALID
from ..tiling import TileBand, TilePanel, tile_bands, tile_panels

_Bits = TypeVar("_Bits", "NDArray[Any]", Tensor)


@dataclass(frozen=True)
class PredictionPlan:
    """Everything that decides the map besides the pixels.

    Args:
        height, width: raster size in pixels.
        tile, overlap: tile geometry in pixels.
        rows_per_band: tile rows processed together (more than one only on narrow rasters with big batches).
        class_values: raster value of each channel.
        optical, sar: radiometry of each modality; None for one the model does not use or that is left out.
        any_modality: map pixels where at least one modality is valid (models with modality dropout).
        probabilities: return all classes' probabilities.
        first_row, stop_row: rows to map; a ``stop_row`` of None is the raster's end.
        left_out: bands, by role, of a modality that the network takes and nobody gives.
        panel_width: columns of a band that fit the device at a time, with one tile row a band; None where all do.
    """

    height: int
    width: int
    tile: int
    overlap: int
    rows_per_band: int
    class_values: tuple[int, ...]
    optical: Optional[InputTransform]
    sar: Optional[InputTransform]
    any_modality: bool
    probabilities: bool
    first_row: int = 0
    stop_row: Optional[int] = None
    left_out: Mapping[str, int] = field(default_factory=dict)
    panel_width: Optional[int] = None

    @property
    def bands(self) -> tuple[TileBand, ...]:
        """Tile bands from top to bottom, those that touch the rows to map."""
        return tile_bands(self.height, self.tile, self.overlap, self.rows_per_band, self.first_row, self.stop_row)

    @property
    def panels(self) -> tuple[TilePanel, ...]:
        """Parts of a band from left to right; one where it fits the device."""
        return tile_panels(self.width, self.tile, self.overlap, self.panel_width)

    @property
    def band_height(self) -> int:
        """Rows one band spans at most; no finished block is higher."""
        return self.tile + (self.rows_per_band - 1) * (self.tile - self.overlap)

    def mapped(self, valid: _Bits) -> _Bits:
        """Pixels that get a class (bool), from their valid bits; on the host or on the device."""
        needed = (OPTICAL_VALID if self.optical else 0) | (SAR_VALID if self.sar else 0)
        present = valid & needed
        return present != 0 if self.any_modality else present == needed  # type: ignore[return-value]
