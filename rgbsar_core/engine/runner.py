"""Forward passes of batches of tiles: threads, precision, memory limits and time-keeping in one place.

On a CPU, one thread per core runs whole batches of its own, each with single-threaded operators. Compared
with one batch whose every operator is split over all cores this saves a barrier per operator and lets the
serial parts of one batch overlap the next; on a busy machine it is faster by a multiple
(docs/developer/performance.md). What a batch gives does not depend on the thread that ran it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Callable, Optional

import torch
from torch import Tensor, nn

from ..callbacks import IsCancelled
from ..errors import EngineError, RgbSarError, as_sentence
from .cuda_graph import PAYS_FROM_BATCHES, ReplayedNetwork
from .device import CPU_BATCH, LARGEST_BATCH, LARGEST_CPU_WORKERS, full_float32, largest_power_of_two
from .openvino_backend import OpenVinoNetwork, check_agreement, wants_openvino
from .shortage import BatchLimit, Patience, is_shortage
from .tiles import has_kernels

logger = logging.getLogger(__name__)

Forward = Callable[[Optional[Tensor], Optional[Tensor]], Tensor]

_OPENVINO_PRECISIONS = {"bf16": "bfloat16", "f32": "float32"}
_SHARE_OF_FREE_MEMORY = 0.6
_CAST_LAYERS = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)


class NetworkRunner:
    """Runs ``network(optical, sar) -> logits`` and gives probabilities.

    Args:
        network: in evaluation mode, on ``device``.
        device: where it runs.
        precision: float32, or the type autocast uses.
        threads: CPU cores to use; None takes torch's number.
        temperature: of the softmax, see the model card.
    """

    def __init__(
        self,
        network: nn.Module,
        device: torch.device,
        precision: torch.dtype,
        threads: Optional[int] = None,
        temperature: float = 1.0,
    ) -> None:
        self.device = device
        self.precision = precision
        self.temperature = temperature
        self.is_cpu = device.type == "cpu"
        cores = threads or torch.get_num_threads()
        self.workers = min(cores, LARGEST_CPU_WORKERS) if self.is_cpu else 1
        self.threads_per_worker = cores // self.workers
        self.memory_format = torch.contiguous_format if device.type == "mps" else torch.channels_last
        self.network = network
        self.forward: Forward = self._torch_forward
        self.backend = "torch"
        self.precision_name = str(precision).replace("torch.", "")
        self._replay: Optional[ReplayedNetwork] = None
        self._unchecked = ""  # precision of a converted network that nobody has compared yet
        self._warnings: list[str] = []
        self._batch = BatchLimit(1)
        self._patience = Patience()
        self._tile_bytes = 0
        self._seconds = 0.0
        self._events: deque[tuple[Any, Any]] = deque()
        self._lock = threading.Lock()
        self._pool: Optional[ThreadPoolExecutor] = None
        if self.is_cpu:
            self._pool = ThreadPoolExecutor(
                self.workers,
                thread_name_prefix="rgbsar-network",
                initializer=torch.set_num_threads,
                initargs=(self.threads_per_worker,),
            )

    @property
    def lookahead(self) -> int:
        """Batches worth submitting before the first result is awaited."""
        return 2 * self.workers if self.is_cpu else 0  # elsewhere the device's queue does this

    @property
    def batch_size(self) -> int:
        """Tiles a pass may hold now; setting it settles the largest."""
        return self._batch.size

    @batch_size.setter
    def batch_size(self, size: int) -> None:
        self._batch = BatchLimit(size)

    @property
    def smallest_batch(self) -> int:
        """Tiles of the smallest batch that want of memory led to."""
        return self._batch.smallest

    @property
    def batch_bytes(self) -> int:
        """Memory of a GPU that one pass takes."""
        return self._tile_bytes * self.batch_size

    @property
    def network_seconds(self) -> float:
        """Wall time inside the network, its softmax included, since :meth:`begin`.

        CPU: the mean over the workers. CUDA: measured by the device.
        """
        with self._lock:
            while self._events and self._events[0][1].query():  # what still runs is counted later
                start, end = self._events.popleft()
                self._seconds += start.elapsed_time(end) / 1000
            return self._seconds / self.workers

    def begin(self, is_cancelled: IsCancelled, tell: Callable[[str], None]) -> None:
        """A prediction begins: count time anew, and from now on wait for memory that others take."""
        self._patience.begin(is_cancelled, tell)
        with self._lock:
            self._seconds = 0.0
            self._events.clear()

    def choose_backend(self, backend: str, precision: str, tiles: int) -> None:
        """Settle the backend for a raster of so many tiles; OpenVINO is on probation until the first real batch.

        Raises:
            InputError, MissingDependencyError: OpenVINO was asked for by name and cannot be had.
        """
        if not wants_openvino(backend, self.device, tiles):
            self._use_torch()
            return
        wish = self.precision_name if precision == "auto" else precision
        self._unchecked = "bf16" if wish == "bfloat16" else "f32"
        self.backend = "openvino"
        self.precision_name = _OPENVINO_PRECISIONS[self._unchecked]

    def take_warnings(self) -> tuple[str, ...]:
        """What the user must know of the backend; each is told once."""
        taken, self._warnings = tuple(self._warnings), []
        return taken

    def _use_torch(self) -> None:
        """Lay the weights out for this device: channels last, and already in autocast's type.

        Convolutions and linear layers only: autocast would cast just these, anew in every pass.
        """
        self.backend = "torch"
        self.precision_name = str(self.precision).replace("torch.", "")
        self.network.to(memory_format=self.memory_format)  # type: ignore[call-overload]
        if self.precision == torch.float32:
            return
        for module in self.network.modules():
            if type(module) in _CAST_LAYERS:
                module.to(self.precision)

    def choose_batch(self, optical: Optional[Tensor], sar: Optional[Tensor], wish: Optional[int]) -> None:
        """Settle the batch size; the given single tile also warms the network up and proves it runs.

        CPU: a constant. CUDA: as many tiles as fit 60 % of the free memory, by the peak of one tile, as a
        power of two up to 64. MPS: 4.
        """
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats(self.device)
            before = torch.cuda.memory_allocated(self.device)
        self._start(optical, sar).result()
        if self.device.type == "cuda":
            self._tile_bytes = max(1, torch.cuda.max_memory_allocated(self.device) - before)
        if self.device.type == "cuda" and wish is None:
            free = torch.cuda.mem_get_info(self.device)[0]
            fitting = int(free * _SHARE_OF_FREE_MEMORY) // self._tile_bytes
            self.batch_size = largest_power_of_two(min(fitting, LARGEST_BATCH))
        else:
            self.batch_size = wish or (CPU_BATCH if self.is_cpu else 4)

    def record(self, optical: Optional[Tensor], sar: Optional[Tensor], tiles: int) -> None:
        """On CUDA, record the passes of full batches where the raster is large enough for that to pay.

        Args:
            optical, sar: one tile of each modality.
            tiles: of the raster.
        """
        if self.device.type != "cuda" or tiles < PAYS_FROM_BATCHES * self.batch_size:
            return
        while self.batch_size > 1:
            try:
                self._replay = ReplayedNetwork(self.forward, optical, sar, self.batch_size)
                return
            except RuntimeError as error:  # CUDA's own want of memory, for the finished recording say, has no class
                if not is_shortage(error):
                    raise EngineError(as_sentence(f"The network failed on {self.device}: {error}")) from error
                self.batch_size //= 2
            torch.cuda.empty_cache()

    def submit(self, optical: Optional[Tensor], sar: Optional[Tensor]) -> Future[Tensor]:
        """Start :meth:`scores`: in a worker thread on a CPU, at once (but asynchronously) elsewhere.

        The first batch decides whether a converted network may be used.
        """
        if self._unchecked:
            self._settle_backend(optical, sar)
        return self._start(optical, sar)

    def _start(self, optical: Optional[Tensor], sar: Optional[Tensor]) -> Future[Tensor]:
        if self._pool is not None:
            return self._pool.submit(self.scores, optical, sar)
        done: Future[Tensor] = Future()
        done.set_result(self.scores(optical, sar))
        return done

    def scores(self, optical: Optional[Tensor], sar: Optional[Tensor]) -> Tensor:
        """(N, C, T, T) normalised tiles -> (N, K, T, T) what `tiles.add_tiles` takes.

        That is float32 class probabilities, or logits where the blending kernel takes their softmax.

        A batch that does not fit the device's memory is halved, and batches stay that small for a time; a single
        tile waits for room, if it once fitted. Other errors are not retried.

        Raises:
            ResourceLimitError: a single tile does not fit, or does not any more.
            OperationCancelled: while waiting for room.
            EngineError: the network failed, with its text.
        """
        count = len(_present(optical, sar)[0])
        parts: list[Tensor] = []
        first = 0
        size = count
        waits = 0
        while first < count:
            part = slice(first, first + size)
            try:
                with torch.inference_mode():
                    parts.append(self._run(_cut(optical, part), _cut(sar, part)))
                self._batch.note_fit()
                first += size
                waits = 0
                continue
            except RgbSarError:
                raise
            except (RuntimeError, MemoryError) as error:
                if not is_shortage(error):
                    raise EngineError(as_sentence(f"The network failed on {self.device}: {error}")) from error
            # outside the handler: the traceback would keep the failed batch alive
            self._replay = None
            if self.device.type == "cuda":
                torch.cuda.empty_cache()
            if size == 1:
                self._patience.wait(waits, _present(optical, sar)[0].shape[-1])
                waits += 1
                continue
            size = (size + 1) // 2
            logger.warning("The device ran out of memory; tiles in a batch from here on: %d.", size)
            self._batch.lower(size)
        return parts[0] if len(parts) == 1 else torch.cat(parts)

    def close(self) -> None:
        """End the worker threads; a batch that runs is waited for."""
        self._replay = None
        self._patience.end()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _settle_backend(self, optical: Optional[Tensor], sar: Optional[Tensor]) -> None:
        """Convert the network and keep it if it agrees with torch in float32 on this batch."""
        reference = self.network(optical, sar)
        example_optical, example_sar = (
            None if tiles is None else torch.zeros((self.batch_size, *tiles.shape[1:])) for tiles in (optical, sar)
        )
        precision, self._unchecked = self._unchecked, ""
        try:
            converted = OpenVinoNetwork(
                self.network,
                example_optical,
                example_sar,
                precision,
                self.workers,
                self.workers * self.threads_per_worker,
            )
            problem = check_agreement(converted(optical, sar), reference)
        except RuntimeError as error:  # ours, or OpenVINO's own at the first batch
            problem = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
        if not problem:
            self.forward = converted
            return
        self._warnings.append(f"OpenVINO ({precision}) is not used, torch runs instead: {problem}.")
        self._use_torch()

    def _run(self, optical: Optional[Tensor], sar: Optional[Tensor]) -> Tensor:
        if self.device.type == "cuda":
            start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            start.record()
            scores = self._replay(optical, sar) if self._replay else self.forward(optical, sar)
            scores = self._scaled(scores) if has_kernels(self.device) else self._softmax(scores)
            end.record()
            self._events.append((start, end))
            return scores
        started = time.perf_counter()
        probabilities = self._softmax(self.forward(optical, sar))
        if self.device.type == "mps":
            torch.mps.synchronize()
        seconds = time.perf_counter() - started
        with self._lock:
            self._seconds += seconds
        return probabilities

    def _scaled(self, logits: Tensor) -> Tensor:
        return logits if self.temperature == 1 else logits.float() / self.temperature

    def _softmax(self, logits: Tensor) -> Tensor:
        return torch.softmax(self._scaled(logits).float(), dim=1)

    def _torch_forward(self, optical: Optional[Tensor], sar: Optional[Tensor]) -> Tensor:
        if self.precision == torch.float32:
            with full_float32(self.device):
                logits: Tensor = self.network(optical, sar)
            return logits
        with torch.autocast(self.device.type, dtype=self.precision, cache_enabled=False):  # recorded passes need that
            logits = self.network(optical, sar)
        return logits


def _present(*tiles: Optional[Tensor]) -> Sequence[Tensor]:
    return [tensor for tensor in tiles if tensor is not None]


def _cut(tiles: Optional[Tensor], part: slice) -> Optional[Tensor]:
    return None if tiles is None else tiles[part]
