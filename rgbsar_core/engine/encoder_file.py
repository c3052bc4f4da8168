"""Files of ImageNet weights as tensors: .npz, .safetensors, and those of torch.save."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Union

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from ..errors import ModelFileError
from .convert import read_checkpoint

#: Where publishers keep the state dictionary in a file of torch.save; averaged weights before others.
_UNDER = ("model_ema", "state_dict", "model")


def read_encoder_file(source: Union[str, Path]) -> dict[str, Tensor]:
    """Every tensor of the file by its name; nothing else is ever loaded, no code can run.

    A name that ends in neither .npz nor .safetensors is taken for a file of torch.save.

    Raises:
        ModelFileError: missing, damaged, or with more than numbers inside.
    """
    path = Path(source)
    try:
        if path.suffix == ".npz":
            return _read_arrays(path)
        if path.suffix == ".safetensors":
            return dict(load_file(path))
    except (OSError, ValueError, TypeError, EOFError, zipfile.BadZipFile, zlib.error, SafetensorError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise ModelFileError(
            f"The weights '{path}' cannot be read ({reason}). Check the path, or fetch the file again."
        ) from error
    return read_checkpoint(path, under=_UNDER)


def _read_arrays(path: Path) -> dict[str, Tensor]:
    with path.open("rb") as file:
        if not zipfile.is_zipfile(file):
            raise ValueError("not an .npz file")
    with np.load(path, allow_pickle=False) as arrays:
        return {name: torch.from_numpy(arrays[name]) for name in arrays.files}
