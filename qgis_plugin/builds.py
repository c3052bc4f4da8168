"""Which build of PyTorch suits this machine: for the CPU, or for CUDA as its NVIDIA driver and GPUs allow.

Nothing is downloaded to find out: ``nvidia-smi`` comes with the driver.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess  # nosec B404: asking nvidia-smi is the purpose of this module
from dataclasses import dataclass
from typing import Optional

from . import core_link

INDEX_VARIABLE = "RGBSAR_TORCH_INDEX"
"""Environment variable that names a mirror of PyTorch's index."""
_INDEX = "https://download.pytorch.org/whl"
_QUERY = ["--query-gpu=driver_version,compute_cap,name", "--format=csv,noheader"]
_LONGEST_ANSWER = 20.0


@dataclass(frozen=True)
class CudaBuild:
    """One of PyTorch's CUDA builds.

    Args:
        tag: folder of PyTorch's index, ``cu130`` for CUDA 13.0.
        driver: oldest driver branch that runs it.
        oldest, newest: compute capabilities it has machine code for; of the newest's major version, also later ones.
        pythons: first and last Python 3 minor version whose pinned torch has this build.
    """

    tag: str
    driver: int
    oldest: tuple[int, int]
    newest: tuple[int, int]
    pythons: tuple[int, int]


# Architectures: PyTorch's CUDA support matrices, https://github.com/pytorch/pytorch/issues/178665 (2.12 and 2.13: 12.6
# and 13.0) and https://github.com/pytorch/pytorch/blob/v2.8.0/RELEASE.md (2.8, for Python 3.9: 12.6 and 12.8).
# Drivers: https://docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html (CUDA 12.x: 525 or newer,
# CUDA 13.x: 580 or newer).
CUDA_BUILDS = (
    CudaBuild("cu130", driver=580, oldest=(7, 5), newest=(12, 0), pythons=(10, 99)),
    CudaBuild("cu128", driver=525, oldest=(7, 5), newest=(12, 0), pythons=(9, 9)),
    CudaBuild("cu126", driver=525, oldest=(5, 0), newest=(9, 0), pythons=(9, 99)),
)


@dataclass(frozen=True)
class Gpu:
    """An NVIDIA GPU as ``nvidia-smi`` names it; driver is the branch, 580 of 580.65.06."""

    name: str
    driver: int
    capability: tuple[int, int]


@dataclass(frozen=True)
class GpuReport:
    """The NVIDIA GPUs of this machine, and why there are none or they cannot be used ("" if all is well)."""

    gpus: tuple[Gpu, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Build:
    """The build to install.

    Args:
        tag: ``cpu``, a CUDA tag, or ``default`` where the general index has the right one.
        index: index to take torch from, or None for the general one.
        download_gigabytes: about what is downloaded.
        disk_gigabytes: about what it takes on disk, downloads and unpacking included.
        reason: a sentence on why this one.
    """

    tag: str
    index: Optional[str]
    download_gigabytes: float
    disk_gigabytes: float
    reason: str

    @property
    def is_cuda(self) -> bool:
        """True for a build that uses NVIDIA GPUs."""
        return self.tag.startswith("cu")


def find_gpus() -> GpuReport:
    """Ask ``nvidia-smi``; a machine without it has no NVIDIA driver."""
    program = shutil.which("nvidia-smi") or shutil.which(
        "nvidia-smi", path=os.path.join(os.environ.get("SYSTEMROOT", ""), "System32")
    )
    if program is None:
        return GpuReport(problem="No NVIDIA driver was found.")
    flags = core_link.core_module("engine.interpreter").creation_flags()
    try:
        answer = subprocess.run(  # nosec B603: list form, the driver's own program
            [program, *_QUERY], stdin=subprocess.DEVNULL, capture_output=True, timeout=_LONGEST_ANSWER, **flags
        )
    except (OSError, subprocess.TimeoutExpired):
        return GpuReport(problem="NVIDIA's program nvidia-smi did not answer.")
    text = answer.stdout.decode("utf-8", errors="replace")
    gpus = parse_gpus(text)
    if gpus:
        return GpuReport(gpus)
    if "compute_cap" in text:  # drivers before 510 do not know the field
        return GpuReport(problem="The NVIDIA driver is older than 525, the oldest CUDA 12 runs on. Update the driver.")
    said = (text.strip() or answer.stderr.decode("utf-8", errors="replace").strip()).splitlines()
    answered = f"nvidia-smi names no GPU: {said[0] if said else 'no answer'}"
    return GpuReport(problem=core_link.errors.as_sentence(answered))


def parse_gpus(text: str) -> tuple[Gpu, ...]:
    """Read lines such as ``580.65.06, 8.9, NVIDIA GeForce RTX 4090``; other lines are left out."""
    found = []
    for line in text.splitlines():
        match = re.fullmatch(r"\s*(\d+)(?:\.\d+)*\s*,\s*(\d+)\.(\d+)\s*,\s*(.+?)\s*", line)
        if match:
            driver, major, minor, name = match.groups()
            found.append(Gpu(name, int(driver), (int(major), int(minor))))
    return tuple(found)


def choose_build(wish: str, report: GpuReport, system: str, machine: str, python_minor: int) -> Build:
    """The build for this machine.

    Args:
        wish: ``auto``, ``cpu`` or ``cuda``.
        report: of the NVIDIA GPUs.
        system, machine: as ``platform`` names them.
        python_minor: 12 for Python 3.12.

    Raises:
        InputError: CUDA was asked for and cannot run here; the text says why.
    """
    if system == "Darwin":
        if wish == "cuda":
            raise core_link.errors.InputError(
                "Macs have no NVIDIA GPUs; the Mac build uses Apple's own. Choose the automatic build."
            )
        return Build("default", None, 0.15, 1.5, "Mac build; it uses Apple GPUs where there are some.")
    cuda, reason = _cuda_build(report, python_minor)
    if machine.lower() not in ("x86_64", "amd64"):
        cuda, reason = None, f"PyTorch's CUDA builds were not tested on {machine} processors."
    if wish == "cuda" and cuda is None:
        raise core_link.errors.InputError(
            f"A build for NVIDIA GPUs was asked for. {reason} Choose the automatic build or the CPU build."
        )
    if wish == "cpu":
        cuda, reason = None, "As chosen."
    if cuda is not None:
        return Build(cuda.tag, _index(cuda.tag), 2.8, 9.0, reason)
    # elsewhere than on Linux the general index has the CPU build; a mirror of it may be all a company lets through
    index = _index("cpu") if system == "Linux" else None
    return Build("cpu", index, 0.25, 2.0, f"CPU build. {reason}")


def _cuda_build(report: GpuReport, python_minor: int) -> tuple[Optional[CudaBuild], str]:
    """The build that runs on most GPUs (ties: the newest CUDA), and a sentence."""
    if not report.gpus:
        return None, report.problem
    builds = [build for build in CUDA_BUILDS if build.pythons[0] <= python_minor <= build.pythons[1]]
    counts = [sum(_runs_on(build, gpu) for gpu in report.gpus) for build in builds]
    gpu = report.gpus[0]
    found = f"{gpu.name} (compute capability {gpu.capability[0]}.{gpu.capability[1]}), driver {gpu.driver}"
    if counts and max(counts) > 0:
        best = builds[counts.index(max(counts))]
        return best, f"CUDA {best.tag[2:-1]}.{best.tag[-1]} build for {found}."
    fitting = [build.driver for build in builds if _has_code_for(build, gpu)]
    if fitting:
        return None, f"{found}: PyTorch needs driver {min(fitting)} or newer for it. Update the driver to use the GPU."
    return None, f"{found}: PyTorch has no build for this GPU any more or yet."


def _runs_on(build: CudaBuild, gpu: Gpu) -> bool:
    return gpu.driver >= build.driver and _has_code_for(build, gpu)


def _has_code_for(build: CudaBuild, gpu: Gpu) -> bool:
    return build.oldest <= gpu.capability and gpu.capability[0] <= build.newest[0]


def _index(tag: str) -> str:
    return f"{os.environ.get(INDEX_VARIABLE) or _INDEX}/{tag}"
