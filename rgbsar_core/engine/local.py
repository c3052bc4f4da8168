"""The engine in this process: model file in, prediction out."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Callable, Optional

import torch

from ..callbacks import IsCancelled
from ..errors import EngineError, InputError
from ..gpu_kernels import kernel_warnings
from ..model_card import ModelCard
from ..parameters import EngineJob
from ..registry import fuse_network
from ..results import EngineInfo, EngineStatistics
from ..strips import RowBlock, Strip
from ..tiling import require_tiling, tile_starts
from .device import (
    choose_device,
    choose_precision,
    current,
    device_name,
    even_batch,
    even_rows,
    keep_heap,
    peak_memory_mb,
)
from .openvino_backend import wants_openvino
from .plan import PredictionPlan
from .predictor import Predictor
from .protocol import ignore
from .room import fit_plan, panel_warnings, room_for_rows
from .runner import NetworkRunner
from .shortage import naming_shortage

LoadModel = Callable[[str, str], "tuple[torch.nn.Module, ModelCard]"]


class LocalEngine:
    """Runs the network in this process.

    Args:
        load: ``(path, device) -> (network in evaluation mode, card)``; None reads our model files.
    """

    def __init__(self, load: Optional[LoadModel] = None) -> None:
        self._load = load
        self._runner: Optional[NetworkRunner] = None
        self._kept: Optional[tuple[tuple[Any, ...], torch.nn.Module, ModelCard]] = None
        self._plan: Optional[PredictionPlan] = None
        self._info: Optional[EngineInfo] = None
        self._statistics = EngineStatistics()

    @property
    def info(self) -> EngineInfo:
        """What really runs, with the warnings of the last prediction."""
        return _require(self._info)

    @property
    def statistics(self) -> EngineStatistics:
        """Where the time of the last prediction went."""
        return self._statistics

    @property
    def block_rows(self) -> int:
        """No block of finished rows is higher."""
        return _require(self._plan).band_height

    @property
    def class_count(self) -> int:
        """Number of classes."""
        return len(_require(self._plan).class_values)

    def prepare(self, job: EngineJob) -> EngineInfo:
        """Load the model, settle device, precision and batch size, and run it once on an empty tile.

        Raises:
            ModelFileError: the model cannot be loaded.
            InputError: the job does not fit the model, or the device cannot be used.
            ResourceLimitError: the model, one tile, or the rows of one column of tiles do not fit the device's memory.
        """
        device, warnings = choose_device(job.options.device)
        with current(device), naming_shortage(_NO_ROOM):
            return self._prepare(job, device, warnings)

    def _prepare(self, job: EngineJob, device: torch.device, device_warnings: tuple[str, ...]) -> EngineInfo:
        options = job.options
        precision, precision_warnings = choose_precision(options.precision, device)
        self._end()
        if device.type == "cpu":
            keep_heap()
        before = self._kept
        network, card = self._network(job, device, precision)
        _require_fit(job, card)
        tile = options.tile_size or card.tile_size
        overlap = card.overlap * tile // card.tile_size if options.overlap is None else options.overlap
        require_tiling(job.height, tile, overlap)
        require_tiling(job.width, tile, overlap)
        optical, sar = (
            None if spec is None else torch.zeros((1, len(spec.bands), tile, tile), device=device)
            for spec in (card.optical, card.sar)
        )
        rows, columns = (len(tile_starts(size, tile, overlap)) for size in (job.height, job.width))
        tiles = rows * columns
        if wants_openvino(options.backend, device, tiles) and self._kept is before:
            self._kept = None  # torch may have laid its weights out and cast them
            network, card = self._network(job, device, precision)
        runner = NetworkRunner(network, device, precision, options.threads, card.temperature)
        with torch.inference_mode():
            runner.choose_backend(options.backend, options.precision, tiles)
            runner.choose_batch(optical, sar, options.batch_size)
            rows_per_band = math.ceil(runner.batch_size / columns)
            if device.type == "cuda" and options.batch_size is None:
                rows_per_band = even_rows(columns, rows, runner.batch_size)
                runner.batch_size = even_batch(columns * rows_per_band, runner.batch_size)
        plan = PredictionPlan(
            height=job.height,
            width=job.width,
            tile=tile,
            overlap=overlap,
            rows_per_band=job.rows_per_band or rows_per_band,
            class_values=card.legend.values,
            optical=job.optical if card.optical else None,
            sar=job.sar if card.sar else None,
            any_modality=card.modality_dropout,
            probabilities=job.probabilities,
            first_row=job.first_row,
            stop_row=job.stop_row,
            left_out={spec.role: len(spec.bands) for spec in card.inputs if getattr(job, spec.role) is None},
        )
        plan = fit_plan(plan, room_for_rows(device, runner.batch_bytes), job.rows_per_band)
        with torch.inference_mode():
            runner.record(optical, sar, tiles)
        self._runner, self._plan = runner, plan
        self._info = EngineInfo(
            device=str(device),
            device_name=device_name(device),
            precision=runner.precision_name,
            backend=runner.backend,
            batch_size=options.batch_size or runner.batch_size,
            tile_size=tile,
            overlap=overlap,
            torch_version=str(torch.__version__),
            warnings=device_warnings + kernel_warnings(device) + precision_warnings + panel_warnings(plan),
            rows_per_band=plan.rows_per_band,
        )
        return self._info

    def select_rows(self, first_row: int, stop_row: Optional[int]) -> None:
        """Map other rows of the prepared raster in the predictions that follow."""
        self._plan = replace(_require(self._plan), first_row=first_row, stop_row=stop_row)

    def predict(
        self, strips: Iterable[Strip], is_cancelled: IsCancelled, tell: Callable[[str], None] = ignore
    ) -> Iterator[RowBlock]:
        """Map the prepared raster; see :class:`~rgbsar_core.engine.protocol.Engine`.

        Raises:
            EngineError: nothing was prepared, or the strips do not fit the job.
            OperationCancelled: soon after ``is_cancelled`` says so.
        """
        runner, plan = _require(self._runner), _require(self._plan)
        predictor = Predictor(runner, plan)
        runner.begin(is_cancelled, tell)
        started = time.perf_counter()
        blocks = predictor.run(strips, is_cancelled)
        try:
            while True:
                with _step(runner.device):
                    block = next(blocks, None)
                if block is None:
                    break
                self._update(predictor, runner, started)
                yield block
        finally:
            blocks.close()  # type: ignore[attr-defined]
            self._update(predictor, runner, started)

    def close(self) -> None:
        """Free the model and end its threads; the engine may be prepared again."""
        self._kept = None
        self._end()

    def _end(self) -> None:
        if self._runner is not None:
            self._runner.close()
        self._runner = None
        self._plan = None
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def _network(
        self, job: EngineJob, device: torch.device, precision: torch.dtype
    ) -> tuple[torch.nn.Module, ModelCard]:
        """The network, rewritten, on the device: that of the last job if file, device and precision are the same."""
        key = (job.model, file_state(job.model), device, precision)
        if self._kept is not None and self._kept[0] == key and None not in key:
            return self._kept[1:]
        self._kept = None
        network, card = self._load_model(job.model, "cpu")
        network = fuse_network(network.eval()).to(device)  # rewritten in double precision, which not every device has
        self._kept = key, network, card
        return network, card

    def _load_model(self, path: str, device: str) -> tuple[torch.nn.Module, ModelCard]:
        if self._load is not None:
            return self._load(path, device)
        from .model_file import load_model

        network, card = load_model(path, device)
        return network, card

    def _update(self, predictor: Predictor, runner: NetworkRunner, started: float) -> None:
        self._statistics = EngineStatistics(
            tiles=predictor.tiles,
            skipped_tiles=predictor.skipped_tiles,
            network_seconds=runner.network_seconds,
            input_wait_seconds=predictor.input_wait_seconds,
            output_wait_seconds=predictor.output_wait_seconds,
            total_seconds=time.perf_counter() - started,
            peak_memory_mb=peak_memory_mb(),
        )
        info = _require(self._info)
        warnings = tuple(w for w in info.warnings if not w.startswith(_RUN_WARNINGS)) + runner.take_warnings()
        if runner.smallest_batch < info.batch_size:
            regained = "" if runner.batch_size < info.batch_size else ", for a time"
            warnings += (f"{_MEMORY_WARNING} the batch was lowered to {runner.smallest_batch} tiles{regained}.",)
        if predictor.unusable_pixels:
            warnings += (
                f"{_NAN_WARNING} no usable number for {predictor.unusable_pixels} pixels, which became nodata. "
                "Try the precision float32, and check the model.",
            )
        self._info = replace(info, warnings=warnings, backend=runner.backend, precision=runner.precision_name)


@contextmanager
def _step(device: torch.device) -> Iterator[None]:
    """Settings for one step of the prediction; a generator must not leave them on in its caller's code.

    The operators around the network stay on this thread. On a CPU every core has its worker already; beside a GPU the
    smallest of them would wait for threads of torch that stand in line behind those that read.
    """
    threads = torch.get_num_threads()
    with torch.inference_mode(), current(device):
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(threads)


_NO_ROOM = (
    "The model does not fit what is free of the device's memory; expected room for its weights and a tile. Close other "
    "programs that use the device, or choose the device 'cpu'."
)
_MEMORY_WARNING = "The device ran out of memory;"
_NAN_WARNING = "The network gave"
_RUN_WARNINGS = (_MEMORY_WARNING, _NAN_WARNING)


def file_state(path: str) -> Optional[tuple[int, int]]:
    """What changes when a file is written anew; None where there is no such file."""
    try:
        state = os.stat(path)
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size


def _require_fit(job: EngineJob, card: ModelCard) -> None:
    may_miss_one = card.modality_dropout and any(getattr(job, spec.role) is not None for spec in card.inputs)
    for spec in card.inputs:
        transform = getattr(job, spec.role)
        if transform is None and may_miss_one:
            continue
        found = 0 if transform is None else transform.bands
        if found != len(spec.bands):
            raise InputError(
                f"The job has {found} {spec.role} bands; the model '{card.name}' expects {len(spec.bands)} "
                f"({', '.join(band.name for band in spec.bands)}). Choose the bands the model was trained on."
            )


def _require(value: Any) -> Any:
    if value is None:
        raise EngineError("The engine was not prepared; expected prepare() first. Call it with a job.")
    return value
