"""Which device, which precision, which batch: fixed rules, reported to the user, never silent."""

from __future__ import annotations

import ctypes
import platform
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import torch

from ..errors import InputError, as_sentence

CPU_BATCH = 2
"""Tiles per pass and worker on a CPU: two were faster than one; four leave the cache."""

LARGEST_CPU_WORKERS = 8
"""Batches at the same time on a CPU; each holds the activations of one batch. More cores speed up each batch."""

LARGEST_BATCH = 64
"""Tiles per pass on a GPU: on an H200 64 are a tenth faster than 32; more give nothing and take memory."""

MOST_ROWS = 8
"""Tile rows run together on a GPU at most, so that the last batch of narrow rasters is not nearly empty."""

# Parameters of mallopt(3) in malloc.h: TRIM_THRESHOLD, TOP_PAD, MMAP_THRESHOLD, ARENA_MAX.
_HEAP_SETTINGS = ((-1, 1 << 30), (-2, 1 << 26), (-3, 1 << 28), (-8, 1))
PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def choose_device(wish: str) -> tuple[torch.device, tuple[str, ...]]:
    """The device to run on, and what to warn of.

    Args:
        wish: ``auto``, ``cpu``, ``mps``, ``cuda`` or ``cuda:N``.

    Raises:
        InputError: a device was named and cannot be used. Only ``auto`` falls back to the CPU.
    """
    if wish == "cpu":
        return torch.device("cpu"), ()
    if wish.startswith("cuda"):
        device = torch.device(wish)
        problem = _cuda_problem(device)
        if problem:
            raise InputError(
                f"The device '{wish}' cannot be used: {problem} Expected a CUDA GPU that this torch "
                f"({torch.__version__}) supports. Choose 'auto' or 'cpu', or install a torch for your GPU."
            )
        return device, ()
    if wish == "mps":
        if not _has_mps():
            raise InputError("The device 'mps' cannot be used: this torch sees no Apple GPU. Choose 'auto' or 'cpu'.")
        return torch.device("mps"), ()
    if torch.cuda.is_available():
        problem = _cuda_problem(torch.device("cuda"))
        if not problem:
            return torch.device("cuda"), ()
        return torch.device("cpu"), (f"A GPU was found but cannot be used, the CPU runs instead: {problem}",)
    return torch.device("mps" if _has_mps() else "cpu"), ()


def current(device: torch.device) -> AbstractContextManager[Any]:
    """While it lasts, this thread's current device, on which Triton launches, and events and recordings are made.

    The tensors' device does not count there: on a second GPU kernels would fail, and a recording would hold nothing.
    """
    return torch.cuda.device(device) if device.type == "cuda" else nullcontext()


@contextmanager
def full_float32(device: torch.device) -> Iterator[None]:
    """While it lasts, convolutions on an NVIDIA GPU take all of float32; by torch's default they round to 10 bits."""
    if device.type != "cuda":  # where several threads come here: the setting is the whole process's
        yield
        return
    before = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = False
    try:
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = before


def list_devices() -> list[str]:
    """Devices this torch can name, the CPU last."""
    devices = [f"cuda:{index}" for index in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    return devices + (["mps"] if _has_mps() else []) + ["cpu"]


def device_name(device: torch.device) -> str:
    """The name people know the device by."""
    if device.type == "cuda":
        return str(torch.cuda.get_device_name(device))
    if device.type == "mps":
        return "Apple GPU"
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass  # not Linux: asked below
    return platform.processor() or platform.machine()


def choose_precision(wish: str, device: torch.device) -> tuple[torch.dtype, tuple[str, ...]]:
    """Arithmetic of the network, and what to warn of.

    ``auto``: bfloat16 on GPUs that have it, else float16; bfloat16 on CPUs with AVX-512-BF16 or AMX
    instructions (without them it is emulated and slower); float32 anywhere else.

    Raises:
        InputError: float16 on a CPU.
    """
    if wish == "auto":
        if device.type == "cuda":
            return (torch.bfloat16 if torch.cuda.is_bf16_supported(False) else torch.float16), ()
        if device.type == "cpu" and cpu_has_bfloat16():
            return torch.bfloat16, ()
        return torch.float32, ()
    if wish == "float16" and device.type == "cpu":
        raise InputError("float16 was asked for on a CPU; CPUs compute it slowly. Choose 'auto' or 'float32'.")
    if device.type == "mps" and wish != "float32":
        return torch.float32, (f"{wish} is not used on Apple GPUs; the network runs in float32.",)
    if wish == "bfloat16" and device.type == "cpu" and not cpu_has_bfloat16():
        return torch.bfloat16, ("This CPU has no bfloat16 instructions; 'auto' would be faster.",)
    return PRECISIONS[wish], ()


def cpu_has_bfloat16() -> bool:
    """Whether this CPU multiplies bfloat16 in hardware (AVX-512-BF16 or AMX, as torch reports it)."""
    names = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(bool(getattr(torch.cpu, name, bool)()) for name in names)


def keep_heap() -> None:
    """Let glibc keep freed memory for the next batch instead of giving it back to the system each time.

    Activations are megabytes each: by default every one is mapped, zeroed page by page and unmapped again,
    an eighth of a small network's time. Affects the whole process, and nothing but glibc on Linux.
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return
    for parameter, value in _HEAP_SETTINGS:
        mallopt(parameter, value)


def peak_memory_mb() -> float:
    """Largest resident memory of this process so far in MiB; 0 where the system does not tell."""
    try:
        for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass  # not Linux: asked below
    if sys.platform == "win32":
        return 0.0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def largest_power_of_two(number: int) -> int:
    """The largest power of two up to ``number``, at least 1: batches vary less from run to run."""
    return 1 << (max(1, number).bit_length() - 1)


def even_batch(tiles: int, largest: int) -> int:
    """The batch that cuts so many tiles into equal parts of at most `largest`: 45 and 32 give 23, not 32 and 13."""
    return -(-tiles // -(-tiles // largest))


def even_rows(columns: int, available: int, largest: int) -> int:
    """How many of the tile rows to run together so that equal batches are nearly as large as allowed."""
    rows = range(1, min(MOST_ROWS, available) + 1)
    good = (count for count in rows if even_batch(count * columns, largest) >= 0.9 * largest)
    return next(good, max(rows, key=lambda count: even_batch(count * columns, largest)))


def _has_mps() -> bool:
    return bool(torch.backends.mps.is_available())


def _cuda_problem(device: torch.device) -> str:
    """Run one small operation: a GPU may be listed and still have no kernels in this torch."""
    if not torch.cuda.is_available():
        return "this torch sees no CUDA GPU."
    if (device.index or 0) >= torch.cuda.device_count():
        return f"there are {torch.cuda.device_count()} GPUs, counted from 0."
    try:
        torch.ones(8, device=device).mul_(2).sum().item()
    except RuntimeError as error:
        return as_sentence(str(error).splitlines()[0])
    return ""
