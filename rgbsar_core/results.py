"""What a finished job tells."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Optional


@dataclass(frozen=True)
class ClassArea:
    """Ground covered by one class; square metres on the ellipsoid, not of the projection."""

    value: int
    name: str
    color: tuple[int, int, int]
    pixels: int
    square_metres: float

    @property
    def hectares(self) -> float:
        """Area in hectares."""
        return self.square_metres / 10_000


@dataclass(frozen=True)
class EngineInfo:
    """What really ran: never what was merely asked for. ``rows_per_band``: tile rows that are processed together."""

    device: str
    device_name: str
    precision: str
    backend: str
    batch_size: int
    tile_size: int
    overlap: int
    torch_version: str
    warnings: tuple[str, ...] = ()
    rows_per_band: int = 1


@dataclass(frozen=True)
class EngineStatistics:
    """Where the time of one prediction went. Peak memory in MiB of the process that ran the network."""

    tiles: int = 0
    skipped_tiles: int = 0
    network_seconds: float = 0.0
    input_wait_seconds: float = 0.0
    output_wait_seconds: float = 0.0
    total_seconds: float = 0.0
    peak_memory_mb: float = 0.0


@dataclass(frozen=True)
class ClassificationResult:
    """A finished map."""

    path: str
    confidence: Optional[str]
    probabilities: Optional[str]
    area_table: Optional[str]
    report: Optional[str]
    width: int
    height: int
    areas: tuple[ClassArea, ...]
    nodata_pixels: int
    seconds: float
    engine: EngineInfo
    statistics: EngineStatistics
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
    resumed_rows: int = 0

    @property
    def pixels_per_second(self) -> float:
        """Raster pixels, nodata included, per second of the whole run."""
        return self.width * self.height / max(self.seconds, 1e-9)

    def to_json(self) -> dict[str, Any]:
        """Plain data for ``--json``."""
        return {**asdict(self), "pixels_per_second": self.pixels_per_second}
