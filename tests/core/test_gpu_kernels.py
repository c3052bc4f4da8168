"""Triton comes with torch and calls a C compiler, which not every machine has: no map may fail for that."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
import torch

from rgbsar_core import gpu_kernels

GPU = torch.device("cuda:0")


@pytest.fixture(autouse=True)
def processor_as_gpu(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Triton is there, the GPU's memory is the processor's, and nothing is remembered."""
    remembered = (gpu_kernels.runs_kernels, gpu_kernels.kernel_problem)
    for function in remembered:
        function.cache_clear()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(torch.cuda, "device", lambda device: nullcontext())
    zeros = torch.zeros
    monkeypatch.setattr(torch, "zeros", lambda *size, device: zeros(*size))
    yield
    for function in remembered:
        function.cache_clear()


def give(monkeypatch: pytest.MonkeyPatch, kernel: object) -> None:
    module = SimpleNamespace(softmax={(1,): kernel})
    monkeypatch.setitem(sys.modules, "rgbsar_core.trial_kernel", module)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (RuntimeError("Failed to find C compiler. Please specify via CC environment variable."), "find C compiler"),
        (subprocess.CalledProcessError(1, ["/usr/bin/gcc", "/tmp/main.c"]), "/usr/bin/gcc"),  # no Python.h
        (PermissionError(13, "Permission denied", "/home/user/.triton"), "Permission denied"),
    ],
)
def test_where_no_kernel_can_be_built_torch_runs_and_the_user_is_told_why(monkeypatch, error, reason) -> None:
    def failing(*arguments: object, **options: object) -> None:
        raise error

    give(monkeypatch, failing)
    assert not gpu_kernels.runs_kernels(GPU)
    (warning,) = gpu_kernels.kernel_warnings(GPU)
    assert reason in warning and "Install a C compiler" in warning


def test_a_kernel_with_wrong_numbers_is_not_trusted(monkeypatch) -> None:
    give(monkeypatch, lambda numbers, BLOCK: numbers.fill_(0.5))
    assert not gpu_kernels.runs_kernels(GPU)


def test_a_kernel_that_works_is_used_without_a_word(monkeypatch) -> None:
    give(monkeypatch, lambda numbers, BLOCK: numbers.copy_(torch.softmax(numbers, 0)))
    assert gpu_kernels.runs_kernels(GPU)
    assert gpu_kernels.kernel_warnings(GPU) == ()


def test_want_of_memory_says_nothing_of_kernels(monkeypatch) -> None:
    def full(*arguments: object, **options: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    give(monkeypatch, full)
    with pytest.raises(torch.OutOfMemoryError):
        gpu_kernels.runs_kernels(GPU)


def test_a_processor_needs_no_kernels() -> None:
    assert gpu_kernels.kernel_warnings(torch.device("cpu")) == ()
