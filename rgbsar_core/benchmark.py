"""How much faster the engine is than a plain loop, measured in one run on this machine.

The plain loop is what one writes first: read a tile, make a contiguous float32 batch of one, run the network,
take the largest logit, write the tile. Network, tile size and overlap are the engine's. Both run by turns, so
that a change in the machine's load meets both, and medians are compared.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Optional

import numpy as np
import torch
from numpy.typing import NDArray

from .callbacks import Progress
from .engine.local import LoadModel, LocalEngine
from .errors import InputError
from .legend import PIE_RGB_SAR
from .model_card import Band, InputSpec, ModelCard
from .parameters import EngineJob, EngineOptions
from .radiometry import InputTransform
from .registry import create_network
from .results import EngineInfo, EngineStatistics
from .strips import BOTH_VALID, Strip
from .tiling import Window, tile_windows

_STRIP_ROWS = 256
_LARGEST_SIDE = 32_768
_MEAN, _STD = 128.0, 64.0


@dataclass(frozen=True)
class BenchmarkResult:
    """What was measured.

    Args:
        height, width: raster size in pixels.
        rounds: turns of each.
        plain_pixels_per_second: raster pixels per second of the plain loop (overlap counted once), median.
        engine_pixels_per_second: likewise of the engine, from the first strip to the last finished row.
        ratio: engine over plain loop.
        network_share: part of the engine's wall time inside the network, 0..1, of the median round.
        label_agreement: share of pixels with equal labels, where a plain tile alone decides.
        engine: device, precision, backend and batch that ran.
        statistics: the engine's account of the median round.
    """

    height: int
    width: int
    rounds: int
    plain_pixels_per_second: float
    engine_pixels_per_second: float
    ratio: float
    network_share: float
    label_agreement: float
    engine: EngineInfo
    statistics: EngineStatistics

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)

    def to_text(self) -> str:
        """A few lines for people."""
        engine = self.engine
        return "\n".join(
            (
                f"Raster: {self.width} x {self.height} pixels, tiles of {engine.tile_size} with {engine.overlap} "
                f"overlap, {self.rounds} rounds by turns, medians",
                f"Device: {engine.device} ({engine.device_name}), torch {engine.torch_version}",
                f"Engine: {engine.backend}, {engine.precision}, batches of {engine.batch_size}",
                f"Plain loop: {self.plain_pixels_per_second:,.0f} pixels per second",
                f"Engine:     {self.engine_pixels_per_second:,.0f} pixels per second, {self.ratio:.2f} times the "
                "plain loop",
                f"Inside the network: {100 * self.network_share:.1f} % of the engine's time",
                f"Equal labels: {100 * self.label_agreement:.2f} % of the pixels",
                *(f"Warning: {warning}" for warning in engine.warnings),
            )
        )


def run_benchmark(
    model: Optional[str] = None,
    size: int = 1024,
    backend: str = "torch",
    repeats: int = 3,
    device: str = "auto",
    plain_tiles: int = 4,
    progress: Optional[Progress] = None,
    load: Optional[LoadModel] = None,
) -> BenchmarkResult:
    """Measure a model on a synthetic raster in memory.

    Args:
        model: model file; None takes the published ASANet with random weights.
        size: side of the raster in pixels.
        backend, device: how the engine runs; the plain loop runs on the same device, in torch.
        repeats: turns of each.
        plain_tiles: tiles of the plain loop a turn; its time for the raster is scaled up from them.
        progress: called with the share done (0..1) and a sentence.
        load: loads the model; None reads our model files.

    Raises:
        ModelFileError: the model cannot be loaded.
        InputError: the device or the sizes cannot be used.
    """
    if size < 1 or repeats < 1 or plain_tiles < 1:
        raise InputError(
            f"A raster of {size} pixels, {repeats} repeats and {plain_tiles} tiles were asked for; expected at least "
            "1 of each."
        )
    if size > _LARGEST_SIDE:
        raise InputError(
            f"A raster of {size:,} pixels a side was asked for; expected up to {_LARGEST_SIDE:,}. Choose a smaller one."
        )
    tell: Progress = progress or (lambda share, text: None)
    engine = LocalEngine(load or (_load_published if model is None else None))
    try:
        tell(0.0, "Loading the model")
        network, card = load_benchmark_model(model, load)
        raster = _Raster(card, size)
        info = engine.prepare(raster.job(model or "", EngineOptions(device=device, backend=backend)))
        plain = _PlainLoop(network.to(torch.device(info.device)), raster, info, card.legend.values)
        tell(0.1, "Warming up")
        plain.run(1)
        labels = _run_engine(engine, raster)[1]  # OpenVINO, if used, is converted here
        plain_seconds = []
        runs = []
        for turn in range(repeats):
            tell(0.2 + 0.8 * turn / repeats, f"Round {turn + 1} of {repeats}")
            plain_seconds.append(plain.run(plain_tiles))
            runs.append((_run_engine(engine, raster)[0], engine.statistics))
        runs.sort(key=lambda run: run[0])
        engine_seconds, account = runs[len(runs) // 2]
        plain_raster_seconds = statistics.median(plain_seconds) * len(plain.windows)
        return BenchmarkResult(
            height=size,
            width=size,
            rounds=repeats,
            plain_pixels_per_second=size * size / plain_raster_seconds,
            engine_pixels_per_second=size * size / engine_seconds,
            ratio=plain_raster_seconds / engine_seconds,
            network_share=account.network_seconds / max(account.total_seconds, 1e-9),
            label_agreement=plain.agreement(labels),
            engine=engine.info,
            statistics=account,
        )
    finally:
        engine.close()


def _run_engine(engine: LocalEngine, raster: _Raster) -> tuple[float, NDArray[np.uint8]]:
    """Seconds of one prediction, and its map."""
    started = time.perf_counter()
    blocks = [block.labels for block in engine.predict(raster.strips(), lambda: False)]
    return time.perf_counter() - started, np.concatenate(blocks)


def load_benchmark_model(
    model: Optional[str], load: Optional[LoadModel] = None
) -> tuple[torch.nn.Module, ModelCard]:  # fmt: skip
    """The model to measure, on the CPU: by `load`, from our model file, or the published ASANet."""
    if load is not None:
        return load(model or "", "cpu")
    if model is None:
        return _load_published("", "cpu")
    from .engine.model_file import load_model

    return load_model(model, "cpu")


def _load_published(model: str, device: str) -> tuple[torch.nn.Module, ModelCard]:
    """ASANet as published (three optical bands, one SAR band, six classes), with random weights."""
    torch.manual_seed(0)
    parameters: dict[str, Any] = {"size": "tiny"}
    network = create_network("asanet", optical_channels=3, sar_channels=1, num_classes=6, **parameters)
    inputs = tuple(
        InputSpec(role, tuple(Band(name) for name in names), "digital_number", None, None, mean, std)
        for role, names, mean, std in (
            ("optical", ("B", "G", "R"), (0.0,) * 3, (1.0,) * 3),
            ("sar", ("VV",), (0.0,), (1.0,)),
        )
    )
    card = ModelCard(
        name="asanet-random",
        title="ASANet with random weights",
        network="asanet",
        network_parameters=parameters,
        inputs=inputs,
        legend=PIE_RGB_SAR,
        gsd=None,
        tile_size=256,
        overlap=32,
    )
    return network.eval().to(device), card


def _transform(spec: Optional[InputSpec]) -> Optional[InputTransform]:
    if spec is None:
        return None
    ones, zeros = (1.0,) * len(spec.bands), (0.0,) * len(spec.bands)
    return InputTransform(
        scale=ones,
        offset=zeros,
        convert="none",
        low=zeros,
        high=ones,
        clip=None,
        mean=(_MEAN,) * len(spec.bands),
        std=(_STD,) * len(spec.bands),
    )


class _Raster:
    """Smooth random pixels for a model, 8 bit, and their radiometry."""

    def __init__(self, card: ModelCard, size: int) -> None:
        self.size = size
        self._generator = np.random.default_rng(0)
        self.optical = self._pixels(card.optical)
        self.sar = self._pixels(card.sar)
        self.optical_transform = _transform(card.optical)
        self.sar_transform = _transform(card.sar)

    def job(self, model: str, options: EngineOptions) -> EngineJob:
        """The engine's job."""
        return EngineJob(
            model=model,
            width=self.size,
            height=self.size,
            optical=self.optical_transform,
            sar=self.sar_transform,
            options=options,
        )

    def strips(self) -> Iterator[Strip]:
        """The raster from top to bottom."""
        for row in range(0, self.size, _STRIP_ROWS):
            optical, sar = (
                None if pixels is None else pixels[:, row : row + _STRIP_ROWS] for pixels in (self.optical, self.sar)
            )
            rows = min(_STRIP_ROWS, self.size - row)
            yield Strip(row, optical, sar, np.full((rows, self.size), BOTH_VALID, dtype=np.uint8))

    def _pixels(self, spec: Optional[InputSpec]) -> Optional[NDArray[np.uint8]]:
        if spec is None:
            return None
        coarse = self._generator.normal(128, 50, (len(spec.bands), self.size // 16 + 1, self.size // 16 + 1))
        fine = coarse.repeat(16, axis=1).repeat(16, axis=2)[:, : self.size, : self.size]
        noisy = fine + self._generator.normal(0, 12, fine.shape)
        return np.clip(noisy, 0, 255).astype(np.uint8)


class _PlainLoop:
    """The loop to beat."""

    def __init__(
        self, network: torch.nn.Module, raster: _Raster, info: EngineInfo, class_values: tuple[int, ...]
    ) -> None:
        self._class_values = np.asarray(class_values, dtype=np.uint8)
        self.windows = tile_windows(raster.size, raster.size, info.tile_size, info.overlap)
        self._network = network.eval()
        self._raster = raster
        self._info = info
        self._next = 0
        self._map = np.zeros((raster.size, raster.size), dtype=np.int64)
        self._done: list[Window] = []

    def run(self, tiles: int) -> float:
        """Classify the next tiles; returns seconds per tile."""
        started = time.perf_counter()
        for _ in range(tiles):
            window = self.windows[self._next % len(self.windows)]
            self._next += 1
            optical, sar = (self._tile(pixels, window) for pixels in (self._raster.optical, self._raster.sar))
            with torch.inference_mode():
                labels = self._network(optical, sar).argmax(1)[0].cpu().numpy()
            rows, columns = slice(window.row, window.row_stop), slice(window.column, window.column_stop)
            self._map[rows, columns] = labels[: window.height, : window.width]
            self._done.append(window)
        return (time.perf_counter() - started) / tiles

    def agreement(self, labels: NDArray[np.uint8]) -> float:
        """Share of equal labels in the cores of the tiles done, which no other tile covers."""
        covered = np.zeros(self._map.shape, dtype=np.uint8)
        for window in self.windows:
            covered[window.row : window.row_stop, window.column : window.column_stop] += 1
        equal = total = 0
        for window in set(self._done):
            part = (slice(window.row, window.row_stop), slice(window.column, window.column_stop))
            core = covered[part] == 1
            found, expected = labels[part][core], self._class_values[self._map[part][core]]
            equal += int(np.count_nonzero(found == expected))
            total += int(core.sum())
        return equal / max(total, 1)

    def _tile(self, pixels: Optional[NDArray[np.uint8]], window: Window) -> Optional[torch.Tensor]:
        if pixels is None:
            return None
        part = pixels[:, window.row : window.row_stop, window.column : window.column_stop]
        missing = [(0, self._info.tile_size - side) for side in part.shape[1:]]
        tile = np.pad(part, ((0, 0), *missing), mode="symmetric") if any(pad[1] for pad in missing) else part.copy()
        return torch.from_numpy(tile).float().sub_(_MEAN).div_(_STD)[None].to(self._info.device)
