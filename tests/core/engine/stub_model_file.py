"""Model files that need no file: tiny networks with a known answer, chosen by the path.

Stands in for ``rgbsar_core.engine.model_file`` in this process and, copied over it, in a worker process.
"""

from __future__ import annotations

import dataclasses
import os
import sys
import time
from typing import Callable

import torch
from torch import Tensor, nn

from rgbsar_core.legend import LandCoverClass, Legend
from rgbsar_core.model_card import Band, InputSpec, ModelCard

TILE = 64
OVERLAP = 16


def card(tile: int = TILE, overlap: int = OVERLAP, modality_dropout: bool = False) -> ModelCard:
    """Three optical bands, one SAR band, classes with the values 10, 20 and 30."""
    optical = InputSpec("optical", tuple(Band(n) for n in "BGR"), "digital_number", None, None, (0.0,) * 3, (1.0,) * 3)
    sar = InputSpec("sar", (Band("VV"),), "digital_number", None, None, (0.0,), (1.0,))
    classes = tuple(LandCoverClass(value, f"class {value}", (value, 0, 0)) for value in (10, 20, 30))
    return ModelCard(
        name="stub",
        title="Stub",
        network="stub",
        network_parameters={},
        inputs=(optical, sar),
        legend=Legend(classes),
        gsd=None,
        tile_size=tile,
        overlap=overlap,
        modality_dropout=modality_dropout,
    )


def load_at(temperature: float) -> Callable[[str, str], tuple[nn.Module, ModelCard]]:
    """`load_model` with this temperature in the card."""

    def load(path: str, device: str) -> tuple[nn.Module, ModelCard]:
        network, plain = load_model(path, device)
        return network, dataclasses.replace(plain, temperature=temperature)

    return load


class BrightestInput(nn.Module):
    """Class = the strongest of first optical band, second optical band and SAR, pixel by pixel."""

    def forward(self, optical: Tensor, sar: Tensor) -> Tensor:
        return torch.cat([optical[:, :2], sar], dim=1)


class Convolution(nn.Module):
    """A random network with context, so that tiles disagree in their overlap."""

    def __init__(self) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(7)
        self.first = nn.Conv2d(4, 8, 9, padding=4)
        self.second = nn.Conv2d(8, 3, 9, padding=4)
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.2)

    def forward(self, optical: Tensor, sar: Tensor) -> Tensor:
        logits: Tensor = self.second(torch.relu(self.first(torch.cat([optical, sar], dim=1))))
        return logits


class Slow(BrightestInput):
    """Takes 0.2 s a batch."""

    def forward(self, optical: Tensor, sar: Tensor) -> Tensor:
        time.sleep(0.2)
        return super().forward(optical, sar)


class Counting(BrightestInput):
    """Fails for batches above ``limit`` as a full GPU does, and counts the sizes it was given."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit
        self.sizes: list[int] = []

    def forward(self, optical: Tensor, sar: Tensor) -> Tensor:
        self.sizes.append(len(optical))
        if len(optical) > self.limit:
            raise torch.OutOfMemoryError("out of memory")
        return super().forward(optical, sar)


class Numbered(BrightestInput):
    """Knows which pass it is in; the first is the engine's own trial."""

    def __init__(self) -> None:
        super().__init__()
        self._passes = 0

    def next_pass(self) -> int:
        """Number of the pass that begins."""
        self._passes += 1
        return self._passes


class Failing(Numbered):
    """Raises from the second pass on."""

    def forward(self, optical: Tensor, sar: Tensor) -> Tensor:
        if self.next_pass() > 1:
            raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")
        return super().forward(optical, sar)


class WithoutNumbers(BrightestInput):
    """Gives NaN where the first optical band is above 200."""

    def forward(self, optical: Tensor, sar: Tensor) -> Tensor:
        logits = super().forward(optical, sar)
        return torch.where(optical[:, :1] > 200, torch.nan, logits)


class Talkative(BrightestInput):
    """Prints while it runs, and writes past Python's own stdout as C libraries do."""

    def forward(self, optical: Tensor, sar: Tensor) -> Tensor:
        print("a library says hello")  # noqa: T201
        os.write(1, b"and so does C code\n")
        return super().forward(optical, sar)


class Dying(Numbered):
    """Takes its process with it in the second pass, as a crash in native code does."""

    def forward(self, optical: Tensor, sar: Tensor) -> Tensor:
        if self.next_pass() > 1:
            sys.stderr.write("Fatal: illegal instruction in kernel\n")
            sys.stderr.flush()
            os._exit(77)
        return super().forward(optical, sar)


class Crowded(Numbered):
    """Finds its memory taken by another program in the second pass."""

    def forward(self, optical: Tensor, sar: Tensor) -> Tensor:
        if self.next_pass() == 2:
            raise torch.OutOfMemoryError("out of memory")
        return super().forward(optical, sar)


NETWORKS = {
    "brightest": BrightestInput,
    "convolution": Convolution,
    "slow": Slow,
    "failing": Failing,
    "nan": WithoutNumbers,
    "talkative": Talkative,
    "dying": Dying,
    "crowded": Crowded,
}


def load_model(path: str, device: str = "cpu") -> tuple[nn.Module, ModelCard]:
    """The stub named by ``path``; ``name+dropout`` is the same with modality dropout."""
    name, _, dropout = os.path.basename(path).partition("+")
    return NETWORKS[name]().eval().to(device), card(modality_dropout=dropout == "dropout")
