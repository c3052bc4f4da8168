"""What every network shares: its settings, the checks of its inputs, padding, and the form of its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, NamedTuple, Optional, TypeVar, Union

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..errors import InputError
from .layers.conv import resize, spatial_size

#: Values of the parameter `modality` of networks that stack their inputs: both, or one alone.
MODALITIES = ("both", "optical", "sar")
#: Far above what any network has; shapes of such counts still have a size that torch can name.
LARGEST_COUNT = 65_536


class TrainingOutput(NamedTuple):
    """What `forward` returns in training mode.

    Attributes:
        logits: (N, K, H, W), at the size of the input.
        auxiliary: logits of the auxiliary heads, (N, K, h, w) each; the LOSS resizes them to the label and
            weighs them.
    """

    logits: Tensor
    auxiliary: tuple[Tensor, ...]


@dataclass(frozen=True)
class NetworkParameters:
    """Everything that shapes a network; a network adds its own fields, the defaults those of its paper.

    Attributes:
        optical_channels: bands of the optical input.
        sar_channels: bands of the SAR input.
        num_classes: channels of the logits.
    """

    optical_channels: int = 3
    sar_channels: int = 1
    num_classes: int = 6

    network: ClassVar[str]
    """Name in the registry."""
    choices: ClassVar[Mapping[str, tuple[Any, ...]]] = {}
    """Field -> accepted values."""

    def __post_init__(self) -> None:
        """Check every field by its annotation: counts are 1 to `LARGEST_COUNT`, float fields are rates in 0..1."""
        for field in fields(self):
            value, kind = getattr(self, field.name), str(field.type)
            if field.name in self.choices:
                self._check_choice(field.name, value)
            elif value is None and kind.startswith("Optional"):
                continue
            elif "int" in kind:
                if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= LARGEST_COUNT:
                    raise InputError(
                        f"{self.network} got {field.name} = {value!r}; it needs a whole number from 1 to "
                        f"{LARGEST_COUNT}."
                    )
            elif "float" in kind:
                if not (isinstance(value, (int, float)) and 0.0 <= value < 1.0):
                    raise InputError(
                        f"{self.network} got {field.name} = {value!r}; it needs a rate from 0 up to, not including, 1."
                    )
            elif "bool" in kind and not isinstance(value, bool):
                raise InputError(f"{self.network} got {field.name} = {value!r}; it needs True or False.")

    def _check_choice(self, name: str, value: Any) -> None:
        known = self.choices[name]
        if not isinstance(value, (str, int)) or isinstance(value, bool) or value not in known:
            raise InputError(
                f"{self.network} was asked for {name} {value!r}; it knows {', '.join(map(str, known))}. "
                "Choose one of these."
            )


class SegmentationNetwork(nn.Module):
    """A network `network(optical, sar) -> logits` for any size from `minimum_side` on.

    In training mode the answer is a `TrainingOutput` (logits and auxiliary logits), in evaluation mode the
    logits alone. A network implements `segment`.

    Attributes:
        settings: what the network was built from.
        minimum_side: smallest side of an input, pixels; more than half of `multiple`.
        multiple: sides are padded inside (mirrored, at the bottom and right) to a multiple of this many pixels.
    """

    minimum_side: int = 32
    multiple: int = 1

    def __init__(self, settings: NetworkParameters) -> None:
        super().__init__()
        self.settings: Any = settings

    @property
    def inputs(self) -> tuple[str, ...]:
        """The modalities the network looks at."""
        modality = getattr(self.settings, "modality", "both")
        return ("optical", "sar") if modality == "both" else (modality,)

    def segment(self, optical: Tensor, sar: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Logits (N, K, H, W) and, in training mode, the auxiliary logits.

        Both images are checked and padded; one the network does not look at is the other once more.
        """
        raise NotImplementedError

    def forward(self, optical: Optional[Tensor], sar: Optional[Tensor]) -> Union[Tensor, TrainingOutput]:
        """optical (N, C_opt, H, W), sar (N, C_sar, H, W) -> logits (N, K, H, W), no softmax.

        A network of one modality ignores the other input, which may be None.

        Raises:
            InputError: wrong number of bands, different sizes, a side under the minimum, or a batch of one in
                training.
        """
        optical, sar = self._check(optical, sar)
        height, width = size = spatial_size(optical)
        padded = (_next_multiple(height, self.multiple), _next_multiple(width, self.multiple))
        if padded != size:
            optical, sar = _pad(optical, padded), _pad(sar, padded)
        logits, auxiliary = (self._train if self.training else self.segment)(optical, sar)
        if padded != size:
            logits = logits[..., :height, :width]
            auxiliary = tuple(resize(x, padded)[..., :height, :width] for x in auxiliary)
        return TrainingOutput(logits, auxiliary) if self.training else logits

    def _train(self, optical: Tensor, sar: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """`segment`, and a sentence where batch normalisation finds a single value per channel."""
        try:
            return self.segment(optical, sar)
        except ValueError as error:  # torch's, from any of the layers
            if len(optical) > 1:
                raise
            raise InputError(
                "Training found a batch of 1 image at a layer that works on one value per image; batch normalisation "
                "needs at least 2 images. Use a batch size of 2 or more, or put the network in evaluation mode."
            ) from error

    def stack(self, optical: Tensor, sar: Tensor) -> Tensor:
        """The images the network looks at as one (N, C, H, W), optical bands first."""
        return optical if len(self.inputs) == 1 else torch.cat([optical, sar], dim=1)

    def _check(self, optical: Optional[Tensor], sar: Optional[Tensor]) -> tuple[Tensor, Tensor]:
        """Refuse inputs the network cannot take; return what `segment` gets."""
        name = self.settings.network
        images: dict[str, Tensor] = {}
        for role, image, channels in (
            ("optical", optical, self.settings.optical_channels),
            ("sar", sar, self.settings.sar_channels),
        ):
            if role not in self.inputs:
                continue
            if image is None or image.dim() != 4 or image.shape[1] != channels:
                found = "nothing" if image is None else f"a tensor of shape {tuple(image.shape)}"
                raise InputError(
                    f"The {role} input is {found}; this network takes (N, {channels}, H, W). "
                    f"Give {channels} bands, or build the network with {role}_channels to match."
                )
            images[role] = image
        sizes = [spatial_size(image) for image in images.values()]
        if sizes[0] != sizes[-1]:
            raise InputError(
                f"The optical image is {sizes[0]} and the SAR image {sizes[-1]} (height, width); {name} needs "
                "the same grid. Resample one to the other first."
            )
        if min(sizes[0]) < self.minimum_side:
            raise InputError(
                f"The image is {sizes[0][0]} x {sizes[0][1]} pixels; {name} needs {self.minimum_side} or more on "
                f"each side. Pad it to {self.minimum_side} x {self.minimum_side} or choose larger tiles."
            )
        first = next(iter(images.values()))
        return images.get("optical", first), images.get("sar", first)


Network = TypeVar("Network", bound=SegmentationNetwork)


def build_network(
    network: type[Network], parameters_type: type[NetworkParameters], parameters: Mapping[str, Any]
) -> Network:
    """Build a network from the fields of its parameters.

    Raises:
        InputError: a field that does not exist, or a value it does not take.
    """
    known = [field.name for field in fields(parameters_type)]
    unknown = sorted(set(parameters) - set(known))
    if unknown:
        raise InputError(
            f"{parameters_type.network} got the parameter {', '.join(unknown)}; it takes {', '.join(known)}. "
            "Remove it or correct its name."
        )
    return network(parameters_type(**parameters))


def stacked_channels(settings: Any) -> int:
    """Bands of the stacked input of a network with the parameter `modality`."""
    channels = {"optical": settings.optical_channels, "sar": settings.sar_channels}
    return int(channels.get(settings.modality, sum(channels.values())))


def _next_multiple(side: int, multiple: int) -> int:
    return -(-side // multiple) * multiple


def _pad(image: Tensor, size: tuple[int, int]) -> Tensor:
    height, width = spatial_size(image)
    return F.pad(image, (0, size[1] - width, 0, size[0] - height), mode="reflect")
