"""ImageNet weights for the encoders, from the files that torchvision, timm and the networks' authors publish.

Tensors are found by their names, see `encoder_layouts.py`, never by their order. What no encoder of ours has
(classifiers, tables that follow from Swin's window, counters of batches) is left out and counted; anything else that is
missing, left over or of another shape is refused by name, so also a deeper encoder of the same family.

The first convolution is fitted to the bands of the network. A file has three, red, green and blue:

* 3 bands: as they are, so list the bands in the order red, green, blue;
* 1 band: the sum over the three;
* n bands: the three in turn (band i takes the kernel of band i modulo 3), times 3 / n.

Stacked images are n bands, optical before SAR.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Optional

import torch
from torch import Tensor, nn

from ..errors import CheckpointMismatchError, InputError
from .encoder_layouts import ENCODER_KINDS, LAYOUTS, EncoderKind, Layout
from .reference_keys import rename
from .weights import check_weights

ROLES = ("optical", "sar")
FILE_BANDS = 3
_COUNTER = "num_batches_tracked"  # nothing reads it, and older files lack it
_PREFIX = "backbone."  # of mmpretrain's names


@dataclass(frozen=True)
class RoleReport:
    """What one encoder took.

    Attributes:
        encoder: optical, sar, or stacked for one that sees the bands of both.
        title: kind of encoder.
        loaded: tensors taken from the file; none where the file is for another kind.
        kept: tensors of the encoder that are not in such a file and keep the values they had.
        bands: (in the file, of the network) where the first convolution was fitted, else None.
    """

    encoder: str
    title: str
    loaded: int
    kept: int
    bands: Optional[tuple[int, int]]

    def __str__(self) -> str:
        """For a log."""
        fitted = "" if self.bands is None else ", bands fitted from {} to {}".format(*self.bands)
        return f"{self.encoder} encoder ({self.title}) {self.loaded} tensors loaded, {self.kept} kept{fitted}"


@dataclass(frozen=True)
class EncoderReport:
    """What `load_encoder_weights` did.

    Attributes:
        layout: name of the file's layout.
        ignored: tensors of the file that no encoder took.
        roles: one entry per encoder that was asked for.
    """

    layout: str
    ignored: int
    roles: tuple[RoleReport, ...]

    def __str__(self) -> str:
        """For a log."""
        return f"{self.layout}, {self.ignored} tensors ignored; {'; '.join(map(str, self.roles))}"


@dataclass(frozen=True)
class _Encoder:
    """An encoder of a network.

    Attributes:
        role: see `RoleReport.encoder`.
        kind: of encoder.
        keys: name that the patterns of layouts start from -> key in the network.
    """

    role: str
    kind: EncoderKind
    keys: Mapping[str, str]


def load_encoder_weights(
    network: nn.Module, tensors: Mapping[str, Tensor], roles: Collection[str] = ROLES
) -> EncoderReport:
    """Give the encoders of a network ImageNet weights; where this fails, nothing has changed.

    Args:
        network: of the registry; changed in place, dtype and device stay.
        tensors: the file's name -> tensor.
        roles: whose encoders: optical, sar or both. A network that stacks its images has one encoder, which is
            optical unless it sees SAR alone. What the encoders share is loaded with either.

    Raises:
        InputError: roles that do not exist, or no encoder that such files are published for.
        CheckpointMismatchError: a layout that is not known or for other encoders, or tensors missing, left over or
            of another shape; the message names them.
    """
    own = network.state_dict()
    settings: Any = network.settings
    encoders = _encoders(network, roles)
    tensors = {name.removeprefix(_PREFIX): tensor for name, tensor in tensors.items()}
    layout = _layout(tensors)
    titles = {encoder.kind.family: encoder.kind.title for encoder in encoders}
    if layout.family not in titles:
        raise CheckpointMismatchError(
            f"The file is a {layout.title}, but {settings.network} has a {' and a '.join(titles.values())} to load. "
            f"Give one of these: {', '.join(known.title for known in LAYOUTS if known.family in titles)}."
        )
    values: dict[str, Tensor] = {}
    used: set[str] = set()
    reports = []
    for encoder in encoders:
        loaded: dict[str, Tensor] = {}
        bands = None
        if encoder.kind.family == layout.family:
            names = _file_names(encoder, layout, tensors)
            loaded, bands = _converted(encoder, layout, names, own, tensors, settings)
            used.update(names.values())
        kept = len(encoder.keys) - len(loaded)
        reports.append(RoleReport(encoder.role, encoder.kind.title, len(loaded), kept, bands))
        values.update(loaded)
    with torch.no_grad():
        for key, value in values.items():
            own[key].copy_(value)
    return EncoderReport(layout.title, len(set(tensors) - used), tuple(reports))


def fit_bands(kernel: Tensor, bands: int) -> Tensor:
    """A first convolution's kernel (C, 3, h, w) for so many bands, by the rule at the top of this file."""
    if bands == 1:
        return kernel.sum(dim=1, keepdim=True)
    return kernel[:, [i % FILE_BANDS for i in range(bands)]] * (FILE_BANDS / bands)


def _encoders(network: nn.Module, roles: Collection[str]) -> list[_Encoder]:
    """The encoders of these roles.

    Raises:
        InputError: there are none.
    """
    if not roles or set(roles) - set(ROLES):
        raise InputError(f"Encoder weights were asked for {list(roles)}; expected optical, sar or both.")
    own = network.state_dict()
    inputs: Any = network.inputs
    settings: Any = network.settings
    found = []
    for place, prefix in (("optical", "optical_encoder."), ("sar", "sar_encoder."), (inputs[0], "encoder.")):
        kind = next((kind for kind in ENCODER_KINDS if prefix + kind.stem in own), None)
        if kind is not None and place in roles:
            role = "stacked" if prefix == "encoder." and len(inputs) > 1 else place
            found.append(_Encoder(role, kind, _encoder_keys(own, prefix, role, kind)))
    if not found:
        raise InputError(
            f"{settings.network} as it is built here has no {' or '.join(roles)} encoder that ImageNet weights are "
            "published for. Leave the encoder weights out, or choose another network or variant."
        )
    return found


def _encoder_keys(own: Collection[str], prefix: str, role: str, kind: EncoderKind) -> dict[str, str]:
    """`_Encoder.keys`."""
    patterns = [(rf"^{re.escape(prefix)}", "")] + [(p.replace("ROLE", role), name) for p, name in kind.elsewhere]
    keys = {}
    for key in own:
        name = next((re.sub(pattern, new, key) for pattern, new in patterns if re.search(pattern, key)), None)
        if name is not None and not key.endswith(_COUNTER):
            keys[rename(name, kind.names)] = key
    return keys


def _layout(tensors: Collection[str]) -> Layout:
    """The layout these names are of.

    Raises:
        CheckpointMismatchError: of none that is known; the message has the nearest.
    """

    def missing(layout: Layout) -> list[str]:
        return [name for name in layout.signature if name not in tensors]

    nearest = min(LAYOUTS, key=lambda layout: len(missing(layout)) / len(layout.signature))
    if missing(nearest):
        raise CheckpointMismatchError(
            f"The file's {len(tensors)} tensors ({', '.join(sorted(tensors)[:3])} ...) are of no known layout; the "
            f"nearest is {nearest.title}, which has {', '.join(missing(nearest))}. Give one of these, names unchanged: "
            f"{', '.join(layout.title for layout in LAYOUTS)}."
        )
    return nearest


def _file_names(encoder: _Encoder, layout: Layout, tensors: Collection[str]) -> dict[str, str]:
    """Key in the network -> name in the file, of all that the file must have and what it has beside."""
    names = {}
    for start, key in encoder.keys.items():
        name = rename(start, layout.patterns)
        if not re.match(layout.fresh, start) and (name in tensors or not re.match(layout.optional, start)):
            names[key] = name
    return names


def _converted(
    encoder: _Encoder,
    layout: Layout,
    names: Mapping[str, str],
    own: Mapping[str, Tensor],
    tensors: Mapping[str, Tensor],
    settings: Any,
) -> tuple[dict[str, Tensor], Optional[tuple[int, int]]]:
    """Key in the network -> its tensor from the file, and from how many bands to how many it was fitted.

    Raises:
        CheckpointMismatchError: missing, left over or of another shape.
    """
    stem = encoder.keys[rename(encoder.kind.stem, encoder.kind.names)]
    found = _surplus(layout, names.values(), tensors)
    bands = None
    for key, name in names.items():
        if name in tensors:
            shape = tuple(own[key].shape)
            tensor = layout.convert(name, tensors[name], shape, settings)
            if key == stem and tensor.dim() == 4 and tensor.shape[1] == FILE_BANDS != shape[1]:
                bands = (FILE_BANDS, shape[1])
                tensor = fit_bands(tensor, shape[1])
            found[name] = tensor
    try:
        check_weights({key: own[key] for key in names}, found, names)
    except CheckpointMismatchError as error:
        raise CheckpointMismatchError(f"{layout.title} into the {encoder.role} encoder: {error}") from error
    return {key: found[name] for key, name in names.items()}, bands


def _surplus(layout: Layout, names: Collection[str], tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What the file has beside `names` under the first parts of them: blocks that the encoder does not have."""

    def first(name: str) -> str:
        return re.split("[./]", name, maxsplit=1)[0]

    parts = {first(name) for name in names}
    return {
        name: tensors[name]
        for name in set(tensors) - set(names)
        if first(name) in parts and not name.endswith(_COUNTER) and not re.match(layout.unread, name)
    }
