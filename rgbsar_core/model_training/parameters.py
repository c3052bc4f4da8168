"""What a training run is asked to do, and which networks there are to choose from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Optional

from ..errors import InputError
from ..networks import NetworkInfo, list_networks, network_info

DEVICES = ("auto", "cpu", "cuda", "mps")
DEFAULT_NETWORK = "asanet atto"
_SIZE = "size"


@dataclass(frozen=True)
class TrainParameters:
    """One training run.

    Args:
        folder: data set.
        model: model file to write.
        network: name in the registry; with `start_from` it is the model's.
        options: parameters of the network, such as its size.
        start_from: model file whose weights are the start, or None for fresh weights.
        minutes: time of the training itself, or None.
        epochs: passes through the training tiles, or None; with both, whichever ends first.
        device: one of `DEVICES`.
        batch: samples of one step.
        crop: side of a sample, pixels; None takes the tile, up to 192.
        rate: learning rate; None takes one that suits the network.
        seed: of weights and samples.
        workers: processes that make samples (Linux); None chooses.
        dropout: share of the samples that lack optical or SAR, so that the model maps where one is missing.
        title: of the model; empty takes the data set's name.
        licence: of the model; empty says nothing.
        report: HTML page to write, or None.

    Raises:
        InputError: numbers that cannot be.
    """

    folder: str
    model: str
    network: str = "asanet"
    options: dict[str, Any] = field(default_factory=lambda: {_SIZE: "atto"})
    start_from: Optional[str] = None
    minutes: Optional[float] = 20.0
    epochs: Optional[int] = None
    device: str = "auto"
    batch: int = 8
    crop: Optional[int] = None
    rate: Optional[float] = None
    seed: int = 42
    workers: Optional[int] = None
    dropout: float = 0.0
    title: str = ""
    licence: str = ""
    report: Optional[str] = None

    def __post_init__(self) -> None:
        if not self.minutes and not self.epochs:
            raise InputError("Neither minutes nor epochs were given; expected one above 0 as budget. Give one of them.")
        if self.device not in DEVICES:
            raise InputError(f"The device '{self.device}' is unknown; expected {', '.join(DEVICES)}. Choose one.")
        for name, value, low, high in (
            ("minutes", self.minutes, 0.0, 100_000), ("epochs", self.epochs, 1, 1_000_000),
            ("batch", self.batch, 2, 4096), ("crop", self.crop, 32, 4096), ("rate", self.rate, 1e-8, 1.0),
            ("workers", self.workers, 0, 64), ("dropout", self.dropout, 0.0, 1.0),
        ):  # fmt: skip
            if value is not None and not low <= value <= high:
                raise InputError(f"{name} is {value:g}; expected a number from {low:g} to {high:g}. Correct it.")


def network_choices() -> tuple[str, ...]:
    """Every network, one entry for each of its sizes: "asanet atto", ..., "cmx", ..."""
    return tuple(
        f"{info.name} {size}".strip() for info in list_networks() for size in info.options.get(_SIZE, ("",))
    )


def read_choice(choice: str, further: str = "") -> tuple[str, dict[str, Any]]:
    """Name and parameters of a network to train.

    Args:
        choice: as in `network_choices`.
        further: more parameters, "variant=cfm, modality=optical".

    Raises:
        UnknownModelError: no such network.
        InputError: a parameter or value it does not have.
    """
    name, _, size = choice.strip().partition(" ")
    info = network_info(name)
    options = {**info.for_training, **({_SIZE: _value(info, _SIZE, size)} if size else {})}
    for part in re.split(r"[,;]", further):
        key, separator, value = (text.strip() for text in part.partition("="))
        if separator or key:
            options[key] = _value(info, key, value)
    return name, options


def _value(info: NetworkInfo, key: str, text: str) -> Any:
    """The registry's value that a text names."""
    if key not in info.options:
        known = ", ".join(f"{name}={'/'.join(map(str, values))}" for name, values in info.options.items())
        raise InputError(
            f"{info.title} has no parameter '{key}'; expected {known or 'none at all'}. Correct the "
            "network's parameters."
        )
    found = next((value for value in info.options[key] if str(value).lower() == text.lower()), None)
    if found is None:
        known = ", ".join(map(str, info.options[key]))
        raise InputError(f"{info.title} has no {key} '{text}'; expected {known}. Choose one of them.")
    return found
