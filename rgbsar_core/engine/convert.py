"""Authors' checkpoints (.pth) into model files."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Optional, Union

import torch
from torch import Tensor, nn
from torch.serialization import pickle as _torch_format  # type: ignore[attr-defined]

from ..errors import ClassMapError, InputError, ModelFileError
from ..legend import Legend
from ..model_card import Band, InputSpec, ModelCard
from ..networks import network_info
from ..registry import load_published
from .model_file import Precision, save_model

_FIXED = ("optical_channels", "sar_channels", "num_classes")
_TRAINING_ONLY = ("drop_path_rate", "dropout")
#: Where checkpoints keep their tensors: OpenMMLab and Lightning, the AMM-FuseNet authors.
_WRAPPERS = ("state_dict", "model_state")
#: How a file of torch.save before torch 1.6 begins: the pickled number 0x1950a86a20f9469cfc6c. Later ones are zips.
_OLD_FORMAT = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."


def _published(
    optical: tuple[Sequence[float], Sequence[float]], sar: tuple[float, float]
) -> tuple[InputSpec, InputSpec]:
    """The input specifications of one data set: (mean, std) in the order red, green, blue; (mean, std) of SAR."""
    bands = (Band("B1", "red"), Band("B2", "green"), Band("B3", "blue"))
    return (
        InputSpec("optical", bands, "digital_number", None, None, tuple(optical[0]), tuple(optical[1])),
        InputSpec("sar", (Band("SAR"),), "digital_number", None, None, (sar[0],), (sar[1],)),
    )


#: What the authors' configurations subtract and divide by, on the 0..255 scale, turned from their order (blue,
#: green, red) to ours. DDHR-SK and WHU-OPT-SAR share one set of numbers there, and all three the optical
#: deviations; they are kept, because the checkpoints were trained with them.
#: Source: configurations of whu-pzhang/ASANet at commit 58f64c3.
PUBLISHED_NORMALISATION = {
    "pie": _published(((83.405, 89.751, 73.422), (24.829, 26.953, 29.48)), (84.869, 57.769)),
    "ddhr": _published(((106.364, 98.217, 80.475), (24.829, 26.953, 29.48)), (53.837, 48.475)),
    "whu": _published(((106.364, 98.217, 80.475), (24.829, 26.953, 29.48)), (53.837, 48.475)),
}


def convert_checkpoint(
    source: Union[str, Path],
    output: Union[str, Path],
    *,
    network: str = "asanet",
    legend: Legend,
    normalisation: Union[str, Sequence[InputSpec]],
    overrides: Optional[Mapping[str, Any]] = None,
    title: Optional[str] = None,
    licence: str = "",
    gsd: Optional[float] = None,
    tile_size: int = 256,
    overlap: int = 64,
    precision: Precision = "float32",
) -> ModelCard:
    """Turn an authors' checkpoint into a model file.

    Where the authors feed blue, green, red and three copies of one SAR band, that order and the copies are folded
    into the first convolutions, which changes no answer beyond rounding: the model file takes red, green, blue and
    one SAR band. Other networks' bands stay in the order they were trained with.

    Args:
        source: the checkpoint: a state dictionary, or a dictionary that has one under "state_dict".
        output: the model file to write.
        network: name in the registry.
        legend: classes in channel order.
        normalisation: a key of `PUBLISHED_NORMALISATION`, a JSON file with a card's `inputs`, or the input
            specifications, optical then SAR, in the order of bands above.
        overrides: parameters of the network that the weights do not tell (`variant="sar"`: one modality, and it
            is SAR; `output_stride=8`).
        title: of the model; None makes one from the network and the file name.
        licence: of the weights.
        gsd: ground size of the training pixels, metres, where known.
        tile_size, overlap: of tiled inference, pixels.
        precision: see `model_file.save_model`.

    Returns:
        The card that was written.

    Raises:
        ModelFileError: the checkpoint is not one, or holds more than tensors.
        CheckpointMismatchError: its tensors are not this network's; the message names them.
        ClassMapError: the legend has another number of classes than the checkpoint.
        InputError: an unknown normalisation.
    """
    info = network_info(network)
    specs = _normalisation(normalisation)
    built = load_published(network, read_checkpoint(source, under=_WRAPPERS), **(overrides or {}))
    settings = _settings(built)
    if settings["num_classes"] != len(legend):
        raise ClassMapError(
            f"The checkpoint has {settings['num_classes']} classes; the legend has {len(legend)}. "
            "Give the legend of the data set the checkpoint was trained on, in channel order."
        )
    used = getattr(built, "inputs", info.inputs)
    name = Path(output).stem
    card = ModelCard(
        name=name,
        title=title or f"{info.title}, converted from {Path(source).name}",
        network=network,
        network_parameters={k: v for k, v in settings.items() if k not in (*_FIXED, *_TRAINING_ONLY)},
        inputs=tuple(spec for spec in specs if spec.role in used),
        legend=legend,
        gsd=gsd,
        tile_size=tile_size,
        overlap=overlap,
        description=(
            f"Weights of {Path(source).name}, trained elsewhere; bands and values as the inputs say. Accuracy not "
            "measured here."
        ),
        licence=licence,
        citation=f"{info.paper}. doi:{info.doi}",
    )
    save_model(output, built, card, precision=precision)
    return card


def read_checkpoint(source: Union[str, Path], *, under: Sequence[str] = ("state_dict",)) -> dict[str, Tensor]:
    """The state dictionary of a .pth file, "module." of parallel training stripped from the keys.

    Nothing but tensors and plain containers is ever loaded from the file.

    Args:
        source: the file.
        under: keys of a dictionary that has the state dictionary inside; the first that is there is taken.

    Raises:
        ModelFileError: missing, damaged, not a checkpoint, or with other Python objects inside.
    """
    path = Path(source)
    if not path.is_file():
        raise ModelFileError(f"There is no checkpoint '{path}'; expected a .pth file. Check the path.")
    if not _is_checkpoint(path):
        raise ModelFileError(
            f"'{path.name}' is damaged or not a checkpoint; expected a file of torch.save. Fetch it again."
        )
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except _torch_format.UnpicklingError as error:
        raise ModelFileError(
            f"'{path.name}' holds Python objects beside tensors (mmengine's training history, for one), which could "
            "run code when loaded; only tensors are read. If you trust the file, save its weights alone where it "
            'was made: torch.save({"state_dict": torch.load(PATH, weights_only=False)["state_dict"]}, NEW_PATH), '
            "and use that."
        ) from error
    except Exception as error:  # of a damaged file torch tells by nearly any class, AssertionError and struct.error too
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise ModelFileError(f"'{path.name}' cannot be read as a checkpoint ({reason}). Fetch it again.") from error
    return _state_dict(content, path.name, under)


def _is_checkpoint(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_OLD_FORMAT)) == _OLD_FORMAT or zipfile.is_zipfile(file)
    except (OSError, zipfile.BadZipFile):
        return False


def _state_dict(content: Any, name: str, under: Sequence[str]) -> dict[str, Tensor]:
    if isinstance(content, Mapping):
        content = next((content[key] for key in under if isinstance(content.get(key), Mapping)), content)
    if not isinstance(content, Mapping) or not content:
        raise ModelFileError(
            f"'{name}' holds a {type(content).__name__} without tensors; expected a state dictionary. "
            "Choose the checkpoint of a whole network."
        )
    tensors = {}
    for key, value in content.items():
        if not isinstance(key, str) or not isinstance(value, Tensor):
            raise ModelFileError(
                f"'{name}' has a {type(value).__name__} at {key!r}; expected a state dictionary, names to tensors. "
                "Save the network's state dictionary alone."
            )
        tensors[key[len("module.") :] if key.startswith("module.") else key] = value
    return tensors


def _normalisation(normalisation: Union[str, Sequence[InputSpec]]) -> Sequence[InputSpec]:
    if not isinstance(normalisation, str):
        return normalisation
    if normalisation.lower().endswith(".json"):
        return _read_specs(Path(normalisation))
    if normalisation not in PUBLISHED_NORMALISATION:
        raise InputError(
            f"The normalisation {normalisation!r} is not known; there are {', '.join(PUBLISHED_NORMALISATION)}. "
            "Choose the data set the checkpoint was trained on, or give a JSON file with a card's inputs."
        )
    return PUBLISHED_NORMALISATION[normalisation]


def _read_specs(path: Path) -> Sequence[InputSpec]:
    try:
        return [InputSpec.from_json(entry) for entry in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise InputError(
            f"The inputs '{path}' cannot be used ({error}); expected a JSON list like `inputs` of "
            "`rgbsar describe MODEL --json`. Correct the file."
        ) from error


def _settings(network: nn.Module) -> dict[str, Any]:
    """The fields a network was built from."""
    settings: Any = network.settings
    return asdict(settings)
