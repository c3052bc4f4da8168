"""Whether Triton's kernels run on a GPU. Triton comes with torch; what it calls, a C compiler, may not be there."""

from __future__ import annotations

import functools
import importlib.util

import torch

_NUMBERS = 16
_LONGEST_PROBLEM = 200


@functools.cache
def runs_kernels(device: torch.device) -> bool:
    """Whether there is Triton and one of its kernels runs on this GPU."""
    return importlib.util.find_spec("triton") is not None and not kernel_problem(device)


@functools.cache
def kernel_problem(device: torch.device) -> str:
    """Why Triton, which is there, runs no kernel on this GPU; empty where it does."""
    try:
        from .trial_kernel import softmax

        with torch.cuda.device(device):
            numbers = torch.zeros(_NUMBERS, device=device)
            softmax[(1,)](numbers, BLOCK=_NUMBERS)
            is_right = torch.allclose(numbers, torch.full_like(numbers, 1 / _NUMBERS), rtol=1e-3)
    except Exception as error:  # Triton's, its compilers', its folder's: without a common root; the user is told
        if isinstance(error, torch.OutOfMemoryError):
            raise
        return (str(error).strip() or type(error).__name__).splitlines()[0][:_LONGEST_PROBLEM]
    return "" if is_right else "a kernel gave wrong numbers"


def kernel_warnings(device: torch.device) -> tuple[str, ...]:
    """What the user is told where kernels could run and do not."""
    if device.type != "cuda" or importlib.util.find_spec("triton") is None or runs_kernels(device):
        return ()
    return (
        f"The fast kernels for the GPU cannot be built ({kernel_problem(device)}); PyTorch's own run instead, slower. "
        "Install a C compiler and Python's header files (on Debian and Ubuntu: gcc and python3-dev) and start again.",
    )
