"""What this machine could do at most, and how far the engine is from it.

Two floors hold for a tile: its operations at the rate of a large matrix product, and the bytes its maps need at the
rate of a large copy. The larger one is what no engine on this machine and in this precision goes below.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import asdict, dataclass
from typing import Any, Callable, Optional

import torch

from .benchmark import BenchmarkResult, load_benchmark_model, run_benchmark
from .callbacks import Progress
from .engine.local import LoadModel
from .errors import RasterIOError
from .models.complexity import count_macs, count_map_bytes
from .registry import fuse_network

_PRODUCT_SIDE = {"cpu": 2048, "cuda": 8192}
_COPY_BYTES = {"cpu": 1 << 28, "cuda": 1 << 31}
_REPEATS = 5
_READ_AT_ONCE = 64 << 20


@dataclass(frozen=True)
class Limits:
    """Ceilings, floors and the engine's distance.

    Args:
        operations_per_second: of a large matrix product in the engine's precision; a multiply-accumulate is two.
        copied_bytes_per_second: of a large copy on the device, read and written together.
        read_bytes_per_second: of reading the file given from top to bottom; None without one.
        plain_operations: of the network as published, for one tile.
        operations: of the network as it runs, for one tile.
        map_bytes: fewest bytes of its maps, for one tile.
        floor_seconds: the larger of both floors, for one tile.
        engine_seconds: the engine's time for one tile, overlap included.
        benchmark: the engine's measurement.
    """

    operations_per_second: float
    copied_bytes_per_second: float
    read_bytes_per_second: Optional[float]
    plain_operations: int
    operations: int
    map_bytes: int
    floor_seconds: float
    engine_seconds: float
    benchmark: BenchmarkResult

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)

    def to_text(self) -> str:
        """A few lines for people."""
        operations, copied = self.operations / self.operations_per_second, self.map_bytes / self.copied_bytes_per_second
        info = self.benchmark.engine
        read = (
            "Reading the file: not measured, give one with --file"
            if self.read_bytes_per_second is None
            else f"Reading the file: {self.read_bytes_per_second / 1e9:.2f} GB a second"
        )
        return "\n".join(
            (
                f"Device: {info.device} ({info.device_name}), {info.precision}, batches of {info.batch_size}",
                f"Large matrix product: {self.operations_per_second / 1e12:.2f} trillion operations a second",
                f"Large copy: {self.copied_bytes_per_second / 1e9:.1f} GB a second, read and written",
                read,
                f"Network, a tile of {info.tile_size} pixels: {self.plain_operations / 2e9:.2f} billion "
                f"multiply-accumulates as published, {self.operations / 2e9:.2f} as it runs; "
                f"{self.map_bytes / 1e6:.0f} MB of maps",
                f"Floors: {1e3 * operations:.3f} ms of operations, {1e3 * copied:.3f} ms of bytes a tile",
                f"Engine: {1e3 * self.engine_seconds:.3f} ms a tile, {self.engine_seconds / self.floor_seconds:.1f} "
                "times the larger floor",
            )
        )


def measure_limits(
    model: Optional[str] = None,
    file: Optional[str] = None,
    size: int = 1024,
    device: str = "auto",
    progress: Optional[Progress] = None,
    load: Optional[LoadModel] = None,
) -> Limits:
    """Measure the ceilings, the engine, and what lies between.

    Args:
        model: model file; None takes the published ASANet with random weights.
        file: raster to read from top to bottom.
        size: side in pixels of the raster the engine maps.
        device: where all of it runs.
        progress: called with the share done (0..1) and a sentence.
        load: loads the model; None reads our model files.

    Raises:
        ModelFileError, InputError: the model or the device cannot be used.
        RasterIOError: the file cannot be read.
    """
    tell: Progress = progress or (lambda share, text: None)
    read = None if file is None else _reading_rate(file)
    tell(0.1, "Measuring the engine")
    benchmark = run_benchmark(
        model, size, device=device, repeats=1, plain_tiles=1, progress=lambda share, text: tell(0.1 + share / 2, text),
        load=load,
    )  # fmt: skip
    info = benchmark.engine
    tell(0.6, "Measuring the device")
    there, dtype = torch.device(info.device), getattr(torch, info.precision)
    with torch.inference_mode():
        products, copies = _product_rate(there, dtype), _copy_rate(there)
    tell(0.8, "Counting the network's operations")
    network, card = load_benchmark_model(model, load)
    optical, sar = (len(spec.bands) if spec else 1 for spec in (card.optical, card.sar))
    plain = 2 * count_macs(network, optical, sar, info.tile_size)
    fused = fuse_network(network.eval())
    operations = 2 * count_macs(fused, optical, sar, info.tile_size)
    moved = count_map_bytes(fused, optical, sar, info.tile_size, torch.finfo(dtype).bits // 8)
    return Limits(
        operations_per_second=products,
        copied_bytes_per_second=copies,
        read_bytes_per_second=read,
        plain_operations=plain,
        operations=operations,
        map_bytes=moved,
        floor_seconds=max(operations / products, moved / copies),
        engine_seconds=benchmark.statistics.total_seconds / max(benchmark.statistics.tiles, 1),
        benchmark=benchmark,
    )


def _product_rate(device: torch.device, dtype: torch.dtype) -> float:
    side = _PRODUCT_SIDE.get(device.type, _PRODUCT_SIDE["cpu"])
    a, b = (torch.randn(side, side, device=device).to(dtype) for _ in range(2))
    return 2 * side**3 / _seconds(lambda: torch.mm(a, b), device)


def _copy_rate(device: torch.device) -> float:
    source = torch.zeros(_COPY_BYTES.get(device.type, _COPY_BYTES["cpu"]), dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    return 2 * source.numel() / _seconds(lambda: target.copy_(source), device)


def _seconds(call: Callable[[], object], device: torch.device) -> float:
    """Median time of a call, its first run left out."""
    times = []
    for _ in range(_REPEATS + 1):
        started = time.perf_counter()
        call()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        elif device.type == "mps":
            torch.mps.synchronize()
        times.append(time.perf_counter() - started)
    return statistics.median(times[1:])


def _reading_rate(path: str) -> float:
    """Bytes of pixels a second, all bands, in full-width strips of whole blocks."""
    from .raster.gdal_calls import attempt, gdal, io_message  # the rest needs no GDAL
    from .raster.source import DAMAGED

    dataset, failure = attempt(gdal.Open, path)
    if dataset is None:
        raise RasterIOError(io_message(f"'{path}' cannot be opened", failure, DAMAGED))
    width, height = dataset.RasterXSize, dataset.RasterYSize
    block = dataset.GetRasterBand(1).GetBlockSize()[1]
    bytes_a_row = width * dataset.RasterCount * gdal.GetDataTypeSize(dataset.GetRasterBand(1).DataType) // 8
    rows = max(1, _READ_AT_ONCE // (bytes_a_row * block)) * block
    started, count = time.perf_counter(), 0
    for row in range(0, height, rows):
        data, failure = attempt(dataset.ReadRaster, 0, row, width, min(rows, height - row))
        if data is None or failure:
            raise RasterIOError(io_message(f"'{path}' cannot be read at row {row}", failure, DAMAGED))
        count += len(data)
    return count / (time.perf_counter() - started)
