"""A model file as ONNX, for programs that have no torch: other runtimes, other plugins.

The file takes one input per modality the network looks at, already normalised as the card says, and gives logits; or,
for Deepness (a QGIS plugin that runs ONNX files on one raster), one stacked input, and gives probabilities. Batches of
any size, tiles of one size. The card goes along, so the file says by itself what its bands, units and classes are.

A converted network can be wrong without an error, so none is handed out unseen: onnxruntime computes random input in
batches of two sizes, and torch does the same in float32. Whatever the registry holds goes this way; nothing in a
network knows of it.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import logging
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional, Union

import torch
from torch import Tensor, nn

from ..callbacks import IsCancelled, Progress
from ..errors import EngineError, InputError, MissingDependencyError, ModelFileError, OperationCancelled
from ..model_card import CARD_KEY, ModelCard
from ..patience import patiently
from . import deepness as for_deepness
from .model_file import load_model

#: Largest difference of an exported answer from torch's, in standard deviations of torch's. Found with fresh weights:
#: 4e-5 (FTransUNet), 7e-6 or less in the others.
LARGEST_DIFFERENCE = 1e-3
#: Smallest share of pixels with torch's label.
AGREEMENT = 0.999
#: Of the ONNX operator sets: the one torch writes without a conversion; onnxruntime reads it from 1.14 on.
OPSET = 18
#: First with `torch.export.Dim` in this exporter.
OLDEST_TORCH = (2, 6)
_TILES = (32, 16_384)
_TRACED_BATCH, _CHECKED_BATCHES = 2, (1, 3)


@dataclass(frozen=True)
class OnnxExport:
    """A finished export.

    Attributes:
        path: of the file.
        inputs: name -> bands.
        output: name of the output.
        classes: channels of the output.
        tile_size: side of inputs and output, pixels.
        difference: largest one from torch's answer, in standard deviations of that.
        agreement: share of pixels with torch's label.
        notes: what a user of the file must know.
    """

    path: str
    inputs: dict[str, int]
    output: str
    classes: int
    tile_size: int
    difference: float
    agreement: float
    notes: tuple[str, ...] = ()


def export_onnx(
    model: Union[str, Path],
    output: Union[str, Path],
    *,
    tile_size: Optional[int] = None,
    deepness: bool = False,
    progress: Progress = lambda share, text: None,
    is_cancelled: IsCancelled = lambda: False,
) -> OnnxExport:
    """Write a model file as ONNX; the file appears under its name only when it has been checked.

    Args:
        model: the model file.
        output: the .onnx file to write.
        tile_size: side of the tiles it will take, pixels; None takes the card's.
        deepness: one input with the bands of all modalities, optical ones first; probabilities instead of logits;
            the metadata that Deepness reads.
        progress: told the share of the work done, and its step.
        is_cancelled: asked between the steps.

    Raises:
        MissingDependencyError: onnxscript or onnxruntime is not installed, or torch is too old.
        ModelFileError: the model cannot be read, or the file cannot be written.
        InputError: a tile the network cannot take.
        EngineError: the network cannot be converted, or answers differently once it is.
        OperationCancelled: the user stopped it.
    """
    _check_packages()
    target = _target(Path(model), Path(output))

    def step(share: float, text: str) -> None:
        if is_cancelled():
            raise OperationCancelled
        progress(share, text)

    step(0.0, "Reading the model")
    network, card = load_model(model)
    card = _with_tile(card, network, tile_size)
    exported = (_Stacked if deepness else _Exported)(network, card)
    with _published(target) as temporary:  # first, because converting takes long: the folder may not be writable
        step(0.1, "Converting the network")
        program = _convert(exported)
        program.model.metadata_props[CARD_KEY] = card.to_metadata()[CARD_KEY]
        if deepness:
            program.model.metadata_props.update(for_deepness.metadata(card))
        step(0.7, "Writing")
        program.save(temporary, external_data=False)
        step(0.8, "Comparing with torch")
        difference, agreement = _compare(exported, temporary)
        step(1.0, "Done")
    return OnnxExport(
        path=str(target),
        inputs=exported.bands,
        output=exported.answer,
        classes=len(card.legend),
        tile_size=card.tile_size,
        difference=difference,
        agreement=agreement,
        notes=for_deepness.notes(card) if deepness else (),
    )


class _Exported(nn.Module):
    """The network with one argument per modality it looks at.

    Attributes:
        bands: input name -> channels.
        answer: name of the output.
    """

    answer = "logits"

    def __init__(self, network: nn.Module, card: ModelCard) -> None:
        super().__init__()
        self.network = network.float().requires_grad_(False)  # gradients would triple the time of the conversion
        self.roles = tuple(spec.role for spec in card.inputs)
        self.bands = {spec.role: len(spec.bands) for spec in card.inputs}
        self.tile_size = card.tile_size
        self.eval()

    def forward(self, *images: Tensor) -> Tensor:
        """One image (N, C, T, T) a modality, optical first -> logits (N, K, T, T)."""
        given = dict(zip(self.roles, images))
        logits: Tensor = self.network(given.get("optical"), given.get("sar"))
        return logits

    def random_images(self, batch: int) -> tuple[Tensor, ...]:
        """Spread as normalised pixels are: mean 0, standard deviation 1."""
        generator, tile = torch.Generator().manual_seed(batch), self.tile_size
        return tuple(torch.randn(batch, bands, tile, tile, generator=generator) for bands in self.bands.values())


class _Stacked(_Exported):
    """The network with one argument, and probabilities for logits."""

    answer = "probabilities"

    def __init__(self, network: nn.Module, card: ModelCard) -> None:
        super().__init__(network, card)
        self.parts = list(self.bands.values())
        self.bands = {"image": sum(self.parts)}

    def forward(self, *images: Tensor) -> Tensor:
        """One image (N, C, T, T), the modalities' bands one after the other -> probabilities (N, K, T, T)."""
        return torch.softmax(super().forward(*images[0].split(self.parts, dim=1)), dim=1)


def _check_packages() -> None:
    missing = [name for name in ("onnxscript", "onnxruntime") if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingDependencyError(
            f"ONNX export needs the Python packages onnxscript and onnxruntime; missing: {', '.join(missing)}. Install "
            f"them beside torch: `pip install {' '.join(missing)}`."
        )
    for name in ("onnxscript", "onnxruntime"):
        try:
            importlib.import_module(name)
        except (ImportError, OSError) as error:  # libraries that the system lacks, another numpy
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise MissingDependencyError(
                f"ONNX export needs the Python package {name}, which is installed but cannot be loaded ({reason}). "
                f"Install it anew: `pip install --force-reinstall {name}`."
            ) from error
    version = tuple(int(part) for part in torch.__version__.split("+")[0].split(".")[:2])
    if version < OLDEST_TORCH:
        raise MissingDependencyError(
            f"ONNX export found torch {torch.__version__}; it needs {'.'.join(map(str, OLDEST_TORCH))} or newer. "
            "Update torch."
        )


def _target(model: Path, output: Path) -> Path:
    if output.suffix.lower() != ".onnx":
        raise InputError(
            f"The output '{output}' does not end in .onnx, by which other programs know such files. Choose a name like "
            f"'{output.stem or 'model'}.onnx'."
        )
    if os.path.abspath(model) == os.path.abspath(output):
        raise InputError(
            f"The output '{output}' is also the model; expected a file of its own. Choose another name."
        )
    return output


def _with_tile(card: ModelCard, network: nn.Module, tile_size: Optional[int]) -> ModelCard:
    """The card of a file that takes tiles of one size; the overlap stays the same share of them."""
    tile_size = card.tile_size if tile_size is None else tile_size
    lowest, highest = max(_TILES[0], int(getattr(network, "minimum_side", 0))), _TILES[1]
    if not lowest <= tile_size <= highest:
        raise InputError(
            f"Tiles of {tile_size} pixels were asked for; {card.network} takes {lowest} to {highest}. Choose a size in "
            "this range."
        )
    return dataclasses.replace(card, tile_size=tile_size, overlap=card.overlap * tile_size // card.tile_size)


def _convert(exported: _Exported) -> Any:
    """The network as torch's ONNX program."""
    batch = torch.export.Dim("batch")
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "onnxscript")]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)  # they tell of packages that nobody needs here
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            return torch.onnx.export(
                exported,
                exported.random_images(_TRACED_BATCH),
                dynamo=True,
                verbose=False,
                opset_version=OPSET,
                input_names=list(exported.bands),
                output_names=[exported.answer],
                dynamic_shapes={"images": tuple({0: batch} for _ in exported.bands)},
            )
    except torch.onnx.OnnxExporterError as error:
        text = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise EngineError(
            f"torch {torch.__version__} cannot turn this network into ONNX: {text}. Update torch and onnxscript, or "
            "use the model file itself."
        ) from error
    finally:
        for logger, level in zip(loggers, levels):
            logger.setLevel(level)


def _compare(exported: _Exported, path: str) -> tuple[float, float]:
    """Largest difference from torch in standard deviations, and share of equal labels.

    Raises:
        EngineError: more than rounding can explain, or onnxruntime cannot read the file.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    difference, agreement = 0.0, 1.0
    try:
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        for batch in _CHECKED_BATCHES:
            images = exported.random_images(batch)
            with torch.inference_mode():
                expected = exported(*images)
            feed = {name: image.numpy() for name, image in zip(exported.bands, images)}
            found = torch.from_numpy(session.run([exported.answer], feed)[0])
            if found.shape != expected.shape:
                raise ValueError(f"its answer has the shape {tuple(found.shape)} instead of {tuple(expected.shape)}")
            difference = max(difference, float((found - expected).abs().max() / expected.std()))
            agreement = min(agreement, float((found.argmax(1) == expected.argmax(1)).float().mean()))
    except Exception as error:  # onnxruntime's own have no common root
        text = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise EngineError(
            f"The exported network cannot be run by onnxruntime {onnxruntime.__version__}: {text}. Update onnxruntime "
            "and onnxscript, or use the model file itself; nothing was written."
        ) from error
    if not (difference <= LARGEST_DIFFERENCE and agreement >= AGREEMENT):  # also where it is NaN
        raise EngineError(
            f"The exported network answers differently: by up to {difference:.2g} standard deviations of torch's "
            f"{exported.answer} (at most {LARGEST_DIFFERENCE:g} is expected), with torch's label on "
            f"{100 * agreement:.2f} % of the pixels ({100 * AGREEMENT:g} %). Update torch and onnxscript, or use the "
            "model file itself; nothing was written."
        )
    return difference, agreement


@contextmanager
def _published(target: Path) -> Iterator[str]:
    """A temporary name beside `target`, moved to it at the end of the block, removed if the block fails."""
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
        os.close(handle)
    except OSError as error:
        raise ModelFileError(
            f"The ONNX file '{target}' cannot be written: {error.strerror}. Choose a folder you may write to."
        ) from error
    try:
        yield temporary
        os.chmod(temporary, 0o644)
        patiently(os.replace, temporary, target)
    except OSError as error:
        raise ModelFileError(
            f"The ONNX file '{target}' could not be written ({error}). Free disk space or choose another folder; "
            "nothing was left behind."
        ) from error
    finally:
        Path(temporary).unlink(missing_ok=True)
