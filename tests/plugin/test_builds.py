"""Which build of PyTorch: by what nvidia-smi says of driver and GPU."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.qgis


@pytest.fixture
def builds(qgis: Any) -> Any:
    """The module."""
    from qgis_plugin import builds

    return builds


@pytest.fixture
def nvidia_smi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes a stand-in for the driver's program that prints a text, and puts it on the path."""

    def write(text: str, code: int = 0) -> None:
        program = tmp_path / "nvidia-smi"
        program.write_text(f"#!/bin/sh\ncat <<'END'\n{text}\nEND\nexit {code}\n", encoding="utf-8")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    return write


# driver, compute capability and name as nvidia-smi prints them; Python; the build that must be chosen
MACHINES = {
    "RTX 50, new driver": ("580.95.05, 12.0, NVIDIA GeForce RTX 5090", 12, "cu130"),
    "GB10, a later minor version": ("580.95.05, 12.1, NVIDIA GB10", 12, "cu130"),
    "RTX 40, old driver": ("535.183.01, 8.9, NVIDIA GeForce RTX 4090", 12, "cu126"),
    "GTX 1080, new driver": ("580.65.06, 6.1, NVIDIA GeForce GTX 1080", 11, "cu126"),
    "V100": ("570.124.06, 7.0, Tesla V100-SXM2-16GB", 10, "cu126"),
    "RTX 50, Python 3.9": ("576.02, 12.0, NVIDIA GeForce RTX 5070", 9, "cu128"),
    "RTX 50, driver too old": ("570.86.10, 12.0, NVIDIA GeForce RTX 5090", 12, "cpu"),
    "driver too old": ("470.256.02, 8.6, NVIDIA RTX A2000", 12, "cpu"),
    "Kepler": ("470.256.02, 3.7, Tesla K80", 12, "cpu"),
}


@pytest.mark.parametrize("machine", MACHINES)
def test_build_fits_driver_and_gpu(builds: Any, nvidia_smi: Any, machine: str) -> None:
    """Through the stand-in program."""
    line, python_minor, tag = MACHINES[machine]
    nvidia_smi(line)
    chosen = builds.choose_build("auto", builds.find_gpus(), "Linux", "x86_64", python_minor)
    assert chosen.tag == tag and chosen.index == f"https://download.pytorch.org/whl/{tag}"
    assert line.rpartition(", ")[2] in chosen.reason


def test_reason_says_which_driver_is_needed(builds: Any) -> None:
    """580 for CUDA 13, which is the first with code for this GPU in the pinned torch."""
    report = builds.GpuReport((builds.Gpu("RTX 5090", 570, (12, 0)),))
    chosen = builds.choose_build("auto", report, "Windows", "AMD64", 12)
    assert "driver 580 or newer" in chosen.reason
    assert (chosen.tag, chosen.index) == ("cpu", None)  # Windows: the general index has the CPU build


def test_build_that_runs_on_most_gpus_wins(builds: Any) -> None:
    """A new one and two old ones."""
    old, new = builds.Gpu("GTX 1080", 580, (6, 1)), builds.Gpu("RTX 4090", 580, (8, 9))
    assert builds.choose_build("auto", builds.GpuReport((new, old, old)), "Linux", "x86_64", 12).tag == "cu126"
    assert builds.choose_build("auto", builds.GpuReport((new, new)), "Linux", "x86_64", 12).tag == "cu130"


def test_user_may_choose_the_cpu_build_or_insist_on_cuda(builds: Any) -> None:
    """Insisting in vain is refused with the reason."""
    from qgis_plugin import core_link

    gpu = builds.GpuReport((builds.Gpu("RTX 4090", 580, (8, 9)),))
    assert builds.choose_build("cpu", gpu, "Linux", "x86_64", 12).tag == "cpu"
    assert builds.choose_build("cuda", gpu, "Linux", "x86_64", 12).tag == "cu130"
    none = builds.GpuReport(problem="No NVIDIA driver was found.")
    with pytest.raises(core_link.errors.InputError, match="No NVIDIA driver was found. Choose the automatic build"):
        builds.choose_build("cuda", none, "Linux", "x86_64", 12)
    with pytest.raises(core_link.errors.InputError, match="Macs have no NVIDIA GPUs"):
        builds.choose_build("cuda", none, "Darwin", "arm64", 12)
    assert builds.choose_build("auto", none, "Darwin", "arm64", 12).tag == "default"


@pytest.mark.parametrize(
    ("says", "code", "problem"),
    [
        ('Field "compute_cap" is not a valid field to query.', 2, "older than 525"),
        ("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", 9, "couldn't communicate"),
        ("[N/A], [N/A], Graphics Device", 0, "names no GPU: [N/A], [N/A], Graphics Device."),
        ("", 0, "no answer."),
    ],
)
def test_odd_answers_of_nvidia_smi_become_a_sentence(
    builds: Any, nvidia_smi: Any, says: str, code: int, problem: str
) -> None:
    """And the CPU build."""
    nvidia_smi(says, code)
    report = builds.find_gpus()
    assert problem in report.problem and report.gpus == ()
    assert builds.choose_build("auto", report, "Linux", "x86_64", 12).tag == "cpu"


def test_machine_without_nvidia_smi_has_no_gpu(builds: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty path."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert builds.find_gpus().problem == "No NVIDIA driver was found."


def test_mirror_of_pytorch_s_index_is_taken_from_the_environment(builds: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """For companies that let nothing else through."""
    monkeypatch.setenv("RGBSAR_TORCH_INDEX", "https://mirror.example/whl")
    chosen = builds.choose_build("cpu", builds.GpuReport(), "Linux", "x86_64", 12)
    assert chosen.index == "https://mirror.example/whl/cpu"
