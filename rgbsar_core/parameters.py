"""What a job is asked to do, as frozen dataclasses that refuse nonsense when they are made."""

from __future__ import annotations

import math
import re
from dataclasses import asdict, dataclass, field
from typing import Any, Optional

from .errors import InputError
from .radiometry import InputTransform

SAR_UNITS = ("auto", "digital_number", "amplitude", "linear", "db")
GRIDS = ("optical", "sar")
RESAMPLINGS = ("bilinear", "cubic", "nearest")
OUTPUT_FORMATS = ("GTiff", "COG")
CLUSTER_FORMATS = (*OUTPUT_FORMATS, "VRT")
"""``VRT``: the parts stay in parts, joined by a virtual raster."""
PRECISIONS = ("auto", "float32", "bfloat16", "float16")
BACKENDS = ("auto", "torch", "openvino")
_DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d+)?")
_ENGINE_RANGES = {"tile_size": (32, 16384), "overlap": (0, 16383), "batch_size": (1, 65536), "threads": (1, 1024)}


def _require_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise InputError(f"{name} is '{value}'; expected one of {', '.join(choices)}. Choose one of these.")


@dataclass(frozen=True)
class Extent:
    """A rectangle of ground: map coordinates in the CRS given as WKT or ``EPSG:n``; empty means the grid's CRS."""

    xmin: float
    ymin: float
    xmax: float
    ymax: float
    crs: str

    def __post_init__(self) -> None:
        finite = all(math.isfinite(edge) for edge in (self.xmin, self.ymin, self.xmax, self.ymax))
        if not (finite and self.xmin < self.xmax and self.ymin < self.ymax):
            raise InputError(
                f"The extent {self.xmin}, {self.ymin}, {self.xmax}, {self.ymax} is empty or endless; expected "
                "numbers with xmin < xmax and ymin < ymax. Draw it again."
            )


@dataclass(frozen=True)
class EngineOptions:
    """How the network is run.

    Args:
        device: ``auto`` (CUDA, then MPS, then CPU), ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
        precision: of the network's arithmetic; ``auto`` takes bfloat16 or float16 where it is faster.
        backend: ``torch``, ``openvino`` (CPU), or ``auto``: OpenVINO where it is installed and agrees.
        tile_size: side of an inference square in pixels; None takes the model's.
        overlap: pixels shared by neighbouring tiles; None takes the model's.
        batch_size: tiles per forward pass; None lets the engine choose.
        threads: CPU threads of the network; None takes all cores.
    """

    device: str = "auto"
    precision: str = "auto"
    backend: str = "auto"
    tile_size: Optional[int] = None
    overlap: Optional[int] = None
    batch_size: Optional[int] = None
    threads: Optional[int] = None

    def __post_init__(self) -> None:
        if not _DEVICE.fullmatch(self.device):
            raise InputError(f"Device '{self.device}' found; expected auto, cpu, mps, cuda or cuda:N. Choose one.")
        _require_choice("The precision", self.precision, PRECISIONS)
        _require_choice("The backend", self.backend, BACKENDS)
        for name, (lowest, highest) in _ENGINE_RANGES.items():
            value = getattr(self, name)
            if value is not None and not lowest <= value <= highest:
                raise InputError(f"{name} is {value}; expected {lowest} to {highest}. Choose another number.")
        if self.tile_size is not None and self.overlap is not None and self.overlap >= self.tile_size:
            raise InputError(
                f"The overlap ({self.overlap} px) is not smaller than the tile ({self.tile_size} px). "
                "Choose a smaller overlap."
            )


@dataclass(frozen=True)
class ClassificationParameters:
    """One map to make.

    Args:
        optical, sar: raster files (anything GDAL opens); "" leaves one out, for a model that allows it.
        model: model file (``.safetensors`` with our card).
        output: class raster to write.
        optical_bands, sar_bands: 1-based band numbers in the order of the model's card; None takes the
            bands whose descriptions fit, else the first ones.
        optical_scale, optical_offset: reflectance = digital number * scale + offset; None takes them from
            the file or the card's convention.
        sar_units: units of the SAR raster; ``auto`` decides and says what it assumed.
        grid: whose pixels the map has; with one layer left out the other's.
        gsd: pixel size of the map in units of that grid's CRS; None keeps the grid's own.
        extent: ground to map; None takes the common ground of both rasters.
        mask: polygon file; only pixels whose centre lies inside are mapped.
        resampling: for the raster that is warped.
        confidence, probabilities, area_table, report: further files to write, or None.
        output_format: ``GTiff`` or ``COG``; on a cluster also ``VRT``.
        resume: keep the finished rows if the job is interrupted, and go on from those an interrupted run has left.
        engine: how the network is run.
    """

    optical: str
    sar: str
    model: str
    output: str
    optical_bands: Optional[tuple[int, ...]] = None
    sar_bands: Optional[tuple[int, ...]] = None
    optical_scale: Optional[float] = None
    optical_offset: Optional[float] = None
    sar_units: str = "auto"
    grid: str = "optical"
    gsd: Optional[float] = None
    extent: Optional[Extent] = None
    mask: Optional[str] = None
    resampling: str = "bilinear"
    confidence: Optional[str] = None
    probabilities: Optional[str] = None
    area_table: Optional[str] = None
    report: Optional[str] = None
    output_format: str = "GTiff"
    resume: bool = False
    engine: EngineOptions = field(default_factory=EngineOptions)

    def __post_init__(self) -> None:
        _require_choice("The SAR unit", self.sar_units, SAR_UNITS)
        _require_choice("The grid", self.grid, GRIDS)
        _require_choice("The resampling", self.resampling, RESAMPLINGS)
        _require_choice("The output format", self.output_format, CLUSTER_FORMATS)
        for what, path in (("model file", self.model), ("output", self.output)):
            if not path:
                raise InputError(f"No {what} was given; expected the path of a file. Choose one.")
        if self.gsd is not None and not 0 < self.gsd < math.inf:
            raise InputError(f"The pixel size is {self.gsd}; expected a number above zero. Choose another.")
        if self.optical_scale is not None and (self.optical_scale == 0 or not math.isfinite(self.optical_scale)):
            raise InputError(
                f"The optical scale is {self.optical_scale}; expected a number other than zero, such as 0.0001. "
                "Choose another."
            )
        if self.optical_offset is not None and not math.isfinite(self.optical_offset):
            raise InputError(f"The optical offset is {self.optical_offset}; expected a number. Choose another.")
        for name in ("optical_bands", "sar_bands"):
            bands = getattr(self, name)
            if bands is not None and (not bands or min(bands) < 1):
                raise InputError(f"{name} is {bands}; expected band numbers from 1. Correct them.")

    @property
    def outputs(self) -> tuple[str, ...]:
        """Every file this job writes."""
        named = (self.output, self.confidence, self.probabilities, self.area_table, self.report)
        return tuple(path for path in named if path)


@dataclass(frozen=True)
class EngineJob:
    """What the engine needs to know before the first strip; plain enough to cross a process border.

    Args:
        model: model file.
        width, height: of the whole raster, pixels: tiles and batches lie on its grid.
        optical, sar: radiometry, None where the model does not use the modality or its layer is left out.
        options: how the network is run.
        probabilities: return all classes' probabilities.
        first_row, stop_row: rows to map; a ``stop_row`` of None is the raster's end.
        rows_per_band: tile rows to process together, as the engine that made the other rows did; None lets it choose.
    """

    model: str
    width: int
    height: int
    optical: Optional[InputTransform]
    sar: Optional[InputTransform]
    options: EngineOptions = field(default_factory=EngineOptions)
    probabilities: bool = False
    first_row: int = 0
    stop_row: Optional[int] = None
    rows_per_band: Optional[int] = None

    def to_json(self) -> dict[str, Any]:
        """Plain dictionaries for the worker's protocol."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> EngineJob:
        """Read what :meth:`to_json` wrote."""
        fields = dict(data)
        for role in ("optical", "sar"):
            if fields[role] is not None:
                fields[role] = InputTransform.from_json(fields[role])
        fields["options"] = EngineOptions(**fields["options"])
        return cls(**fields)
