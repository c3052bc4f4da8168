"""The rows of the current band of tiles: on the device, or on the host with one panel of columns on the device."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Optional, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import EngineError
from ..radiometry import InputTransform
from ..strips import OPTICAL_VALID, SAR_VALID
from ..tiling import TilePanel, reflect_indices
from .feed import RowChunk
from .normalise import normalise, to_device
from .plan import PredictionPlan
from .tiles import cut_tiles
from .transfer import Uploader, host_array

Corner = tuple[int, int]
Tiles = tuple[Optional[Tensor], Optional[Tensor]]
_BITS = {"optical": OPTICAL_VALID, "sar": SAR_VALID}
ROLES = tuple(_BITS)
"""In the order of a network's inputs."""


class BandRows(Protocol):
    """Rows of the current band: raw ones go in at the bottom, normalised tiles come out, finished rows leave on top."""

    mapped: NDArray[np.bool_]
    """(h, W), which pixels are mapped, on the host."""

    def append(self, chunk: RowChunk) -> None:
        """Add the rows of the next chunk below."""

    def tiles(self, corners: Sequence[Corner], memory_format: torch.memory_format) -> Tiles:
        """A batch of normalised optical and SAR tiles; corners are rows of the band and columns of the raster."""

    def mapped_there(self, panel: TilePanel, count: int) -> Tensor:
        """Which pixels of the panel's finished columns are mapped in the top rows, on the device."""

    def drop(self, count: int) -> None:
        """Forget the top rows."""


def band_rows(plan: PredictionPlan, device: torch.device) -> BandRows:
    """Rows for a plan."""
    return WholeRows(plan, device) if len(plan.panels) == 1 else PanelRows(plan, device)


def by_panel(panels: Sequence[TilePanel], corners: Sequence[Corner]) -> Iterator[tuple[int, list[Corner]]]:
    """Neighbouring corners of the same panel together, with the panel's number."""
    stops = [panel.finished_stop for panel in panels]
    for number, group in groupby(corners, lambda corner: bisect_right(stops, corner[1])):
        yield number, list(group)


class WholeRows:
    """Rows whose pixels are normalised once and stay on the device."""

    def __init__(self, plan: PredictionPlan, device: torch.device) -> None:
        self.mapped: NDArray[np.bool_] = np.empty((0, plan.width), dtype=bool)
        self._mapped_there = torch.empty((0, plan.width), dtype=torch.bool, device=device)
        self._pixels: dict[str, Tensor] = {}
        self._plan = plan
        self._upload = Uploader(device)

    def append(self, chunk: RowChunk) -> None:
        """Add the rows of the next chunk below."""
        valid = self._upload(chunk.valid)
        self.mapped = np.concatenate([self.mapped, self._plan.mapped(chunk.valid)])
        self._mapped_there = torch.cat([self._mapped_there, self._plan.mapped(valid)])
        for role, transform, raw in _used(self._plan, chunk):
            pixels = self._pad(_normalised(role, transform, raw, valid, self._upload), chunk.row == 0)
            kept = self._pixels.get(role)
            self._pixels[role] = pixels if kept is None else torch.cat([kept, pixels], dim=1)

    def tiles(self, corners: Sequence[Corner], memory_format: torch.memory_format) -> Tiles:
        """A batch of tiles."""
        optical, sar = (
            cut_tiles(self._pixels.get(role), corners, self._plan.tile, memory_format) for role in ROLES
        )
        return optical, sar

    def mapped_there(self, panel: TilePanel, count: int) -> Tensor:
        """Which pixels are mapped in the top rows, on the device."""
        return self._mapped_there[:count]

    def drop(self, count: int) -> None:
        """Forget the top rows."""
        self.mapped, self._mapped_there = self.mapped[count:], self._mapped_there[count:]
        self._pixels = {role: pixels[:, count:] for role, pixels in self._pixels.items()}

    def _pad(self, pixels: Tensor, is_first: bool) -> Tensor:
        """Continue rasters smaller than a tile by reflection; others are left alone."""
        pixels = _continued(pixels, 2, self._plan.width, self._plan.tile)
        return _continued(pixels, 1, self._plan.height, self._plan.tile) if is_first else pixels


class PanelRows:
    """Rows that stay on the host as they came; one panel of them at a time is normalised on the device."""

    def __init__(self, plan: PredictionPlan, device: torch.device) -> None:
        self.mapped: NDArray[np.bool_] = np.empty((0, plan.width), dtype=bool)
        self._valid: NDArray[np.uint8] = np.empty((0, plan.width), dtype=np.uint8)
        self._raw: dict[str, NDArray[Any]] = {}
        self._pixels: dict[str, Tensor] = {}
        self._loaded: Optional[int] = None
        self._panels = plan.panels
        self._plan = plan
        self._upload = Uploader(device)

    def append(self, chunk: RowChunk) -> None:
        """Add the rows of the next chunk below."""
        self._valid = np.concatenate([self._valid, chunk.valid])
        self.mapped = self._plan.mapped(self._valid)
        for role, _, raw in _used(self._plan, chunk):
            kept = self._raw.get(role)
            self._raw[role] = raw if kept is None else np.concatenate([kept, raw], axis=1)

    def tiles(self, corners: Sequence[Corner], memory_format: torch.memory_format) -> Tiles:
        """A batch of tiles, of one panel or of neighbouring ones."""
        parts = []
        for number, part in by_panel(self._panels, corners):
            self._load(number)
            inside = [(top, column - self._panels[number].left) for top, column in part]
            parts.append([cut_tiles(self._pixels.get(role), inside, self._plan.tile, memory_format) for role in ROLES])
        optical, sar = (_joined(tiles, memory_format) for tiles in zip(*parts))
        return optical, sar

    def mapped_there(self, panel: TilePanel, count: int) -> Tensor:
        """Which pixels of the panel's finished columns are mapped in the top rows, on the device."""
        return self._upload(self._copy(self.mapped[:count, panel.left : panel.finished_stop]))

    def drop(self, count: int) -> None:
        """Forget the top rows."""
        self._pixels, self._loaded = {}, None
        self._valid = self._valid[count:]
        self._raw = {role: raw[:, count:] for role, raw in self._raw.items()}

    def _load(self, number: int) -> None:
        if self._loaded == number:
            return
        self._pixels, self._loaded = {}, number  # the panel before makes room first
        columns = slice(self._panels[number].left, self._panels[number].right)
        valid = self._upload(self._copy(self._valid[:, columns]))
        for role, raw in self._raw.items():
            transform: InputTransform = getattr(self._plan, role)
            pixels = _normalised(role, transform, self._copy(raw[:, :, columns]), valid, self._upload)
            self._pixels[role] = _continued(pixels, 1, self._plan.height, self._plan.tile)

    def _copy(self, part: NDArray[Any]) -> NDArray[Any]:
        copied = host_array(part.shape, part.dtype, self._upload.device)
        copied[...] = part
        return copied


def _used(plan: PredictionPlan, chunk: RowChunk) -> Iterator[tuple[str, InputTransform, NDArray[Any]]]:
    """Role, radiometry and raw pixels of what the model uses."""
    for role in ROLES:
        transform: Optional[InputTransform] = getattr(plan, role)
        if transform is None:
            continue
        raw = getattr(chunk, role)
        if raw is None or raw.shape[0] != transform.bands:
            raise EngineError(
                f"The {role} strips have {0 if raw is None else raw.shape[0]} bands; the model expects "
                f"{transform.bands}. Feed the bands the model was trained on."
            )
        yield role, transform, raw


def _normalised(
    role: str, transform: InputTransform, raw: NDArray[Any], valid: Tensor, upload: Uploader
) -> Tensor:
    return normalise(to_device(raw, upload), transform, (valid & _BITS[role]) != 0)


def _continued(pixels: Tensor, axis: int, size: int, tile: int) -> Tensor:
    """An axis shorter than a tile, continued to a tile by reflection."""
    if size >= tile:
        return pixels
    return pixels.index_select(axis, torch.from_numpy(reflect_indices(size, tile)).to(pixels.device))


def _joined(parts: Sequence[Optional[Tensor]], memory_format: torch.memory_format) -> Optional[Tensor]:
    present = [tiles for tiles in parts if tiles is not None]
    if len(present) < 2:
        return present[0] if present else None
    return torch.cat(present).contiguous(memory_format=memory_format)
