"""What recipes take before they run: `python -m training.cost RECIPE.yaml [RECIPE.yaml ...] [key=value ...]`.

Memory, disk and operations of a training run, counted from the network's shapes: no data is read and nothing is
computed. Memory is of the weights, their average, gradients, the optimiser and the maps kept for the backward pass, in
float32; workspaces of libraries come on top, and mixed precision takes less. `--rate` turns operations into hours.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.utils.flop_counter import FlopCounterMode

from rgbsar_core.errors import RgbSarError
from rgbsar_core.registry import create_network

from .checkpoints import bytes_on_disk
from .losses import segmentation_loss
from .recipe import Recipe
from .recipe_file import read_recipe
from .starting import freeze

logger = logging.getLogger(__name__)

_OVERRIDE = "="


@dataclass(frozen=True)
class Cost:
    """What one recipe takes on one device.

    Attributes:
        parameters: of the network.
        steps: of the run.
        images: of one step.
        step_operations: floating-point operations of one step, forward and backward.
        memory: bytes on the device.
        disk: bytes of checkpoints and model file.
    """

    parameters: int
    steps: int
    images: int
    step_operations: int
    memory: int
    disk: int

    @property
    def operations(self) -> int:
        """Of the run; validations, some percent of it, are not counted."""
        return self.steps * self.step_operations

    def hours(self, rate: float) -> float:
        """Of the run on a device that does `rate` operations a second."""
        return self.operations / rate / 3600


def count_cost(recipe: Recipe) -> Cost:
    """Trace one batch of a recipe without weights or pixels.

    Raises:
        UnknownModelError, InputError: no such network, or not with these parameters.
    """
    run, side = recipe.trainer, recipe.augmentation.crop
    bands = len(recipe.optical.bands), len(recipe.sar.bands)
    with torch.device("meta"):
        network = create_network(
            recipe.network.name,
            optical_channels=bands[0],
            sar_channels=bands[1],
            num_classes=len(recipe.classes),
            **recipe.network.keywords(),
        )
        optical, sar = (torch.empty(run.batch, count, side, side) for count in bands)
        labels = torch.empty(run.batch, side, side, dtype=torch.int64)
    freeze(network, recipe.network.frozen)
    kept = KeptMaps(network)
    with FlopCounterMode(display=False) as counter, saved_tensors_hooks(kept.keep, lambda tensor: tensor):
        output = network(optical, sar)
        logits, auxiliary = output if isinstance(output, tuple) else (output, ())
        segmentation_loss(logits, auxiliary, labels, recipe.loss).backward()
    parameters = sum(tensor.numel() for tensor in network.parameters())
    trained = sum(tensor.numel() for tensor in network.parameters() if tensor.requires_grad)
    remembered = 1 if recipe.optimiser.kind == "sgd" else 2
    return Cost(
        parameters=parameters,
        steps=run.steps,
        images=run.batch * run.accumulate,
        step_operations=run.accumulate * counter.get_total_flops(),
        memory=4 * (2 * parameters + (1 + remembered) * trained) + kept.bytes,
        disk=bytes_on_disk(recipe, network),
    )


class KeptMaps:
    """Counts what autograd keeps between forward and backward, each storage once, parameters not at all."""

    def __init__(self, network: nn.Module) -> None:
        self._own = [tensor.untyped_storage() for tensor in network.state_dict(keep_vars=True).values()]
        self._seen = {storage._cdata for storage in self._own}
        self._storages: list[torch.UntypedStorage] = []  # held, so that no address is used twice

    @property
    def bytes(self) -> int:
        """Of all that was kept."""
        return sum(storage.nbytes() for storage in self._storages)

    def keep(self, tensor: Tensor) -> Tensor:
        """Take note of one tensor that autograd saves."""
        storage = tensor.untyped_storage()
        if storage._cdata not in self._seen:
            self._seen.add(storage._cdata)
            self._storages.append(storage)
        return tensor


def table(costs: Sequence[tuple[str, Cost]], rate: float | None) -> str:
    """Markdown, one line a recipe."""
    heads = ["recipe", "parameters (M)", "steps", "images a step", "operations of a step (10^12)",
             "of the run (10^15)", "memory (GiB)", "disk (GiB)"]  # fmt: skip
    if rate is not None:
        heads.append(f"hours at {rate / 1e12:g} x 10^12 a second")
    lines = [f"| {' | '.join(heads)} |", "|---|" + "---:|" * (len(heads) - 1)]
    for name, cost in costs:
        cells = [
            f"{cost.parameters / 1e6:.1f}",
            f"{cost.steps:,}",
            f"{cost.images}",
            _short(cost.step_operations / 1e12),
            _short(cost.operations / 1e15),
            f"{cost.memory / 2**30:.1f}",
            f"{cost.disk / 2**30:.1f}",
        ]
        if rate is not None:
            cells.append(_short(cost.hours(rate)))
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _short(number: float) -> str:
    """Two digits at least."""
    return f"{number:,.0f}" if number >= 10 else f"{number:.2g}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.cost", description=__doc__)
    parser.add_argument("recipes", nargs="+", metavar="RECIPE", help="YAML files, then perhaps key=value")
    parser.add_argument("--rate", type=float, metavar="N", help="10^12 operations a second that the device reaches")
    given = parser.parse_args(arguments)
    if given.rate is not None and not given.rate > 0:
        parser.error(f"--rate is {given.rate:g}; expected more than 0")
    files = [text for text in given.recipes if _OVERRIDE not in text]
    overrides = [text for text in given.recipes if _OVERRIDE in text]
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    try:
        recipes = [read_recipe(file, overrides) for file in files]
        costs = [(recipe.name, count_cost(recipe)) for recipe in recipes]
    except RgbSarError as error:
        logger.error("%s", error)
        return 1
    sys.stdout.write(table(costs, given.rate and given.rate * 1e12) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
