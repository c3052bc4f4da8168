"""From a folder of tiles to a model file and its report; the network itself is trained in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Callable, Optional

import numpy as np

from ..callbacks import IsCancelled, Progress
from ..dataset.description import DatasetDescription
from ..dataset.pack import pack_folder
from ..dataset.trainable import open_training_folder
from ..errors import BandCountError, InputError, RasterIOError, ResourceLimitError, RgbSarError
from ..model_card import read_card
from ..networks import network_info
from ..patience import patiently
from ..raster.outputs import refuse_outputs
from ..raster.partial import temporary_beside
from ..text_files import publish_texts
from .parameters import TrainParameters
from .process import TrainingProcess
from .recipe import LARGEST_CROP, build_recipe
from .report import html_report, read_samples
from .result import TrainingResult

__all__ = ["Runtime", "TrainParameters", "check_training", "train_model"]

_PACKED, _TRAINED = 0.08, 0.95


@dataclass(frozen=True)
class Runtime:
    """What runs the training: a Python, the folder that holds `rgbsar_core`, the folder of the training package."""

    interpreter: str
    core_parent: Path
    training: Path


def check_training(parameters: TrainParameters) -> tuple[TrainParameters, DatasetDescription]:
    """Refuse, without reading pixels, what cannot work.

    Returns:
        The parameters, with network and options of the model to start from; the data set.

    Raises:
        InputError: data set, outputs or sizes that cannot be.
        BandCountError: the model to start from takes other bands.
        ModelFileError: it cannot be used, or there is no such network.
        RasterIOError: a folder cannot be written to.
    """
    outputs = [parameters.model] + ([parameters.report] if parameters.report else [])
    if not parameters.model.lower().endswith(".safetensors"):
        raise InputError(
            f"The output '{parameters.model}' is no .safetensors file; models are written as such. Let its name end in "
            ".safetensors."
        )
    refuse_outputs(outputs, (parameters.start_from,))
    _, described = open_training_folder(parameters.folder)
    if parameters.start_from:
        parameters = _like_start(parameters, parameters.start_from, described)
    info = network_info(parameters.network)
    smallest, needed = min(described.tile_size, parameters.crop or LARGEST_CROP), info.smallest_side(parameters.options)
    if smallest < needed:
        raise InputError(
            f"{info.title} needs at least {needed} pixels; tiles and crops have {smallest}. Make the data "
            "set with larger tiles, raise the crop, or choose another network."
        )
    return parameters, described


def _like_start(parameters: TrainParameters, path: str, described: DatasetDescription) -> TrainParameters:
    card = read_card(path)
    for role, spec, own in (("optical", card.optical, described.optical), ("SAR", card.sar, described.sar)):
        if spec is not None and len(spec.bands) != len(own.bands):
            raise BandCountError(
                f"The model '{Path(path).name}' takes {len(spec.bands)} {role} bands "
                f"({', '.join(band.name for band in spec.bands)}), the data set has {len(own.bands)} "
                f"({', '.join(band.name for band in own.bands)}); expected the same. Create the training data with the "
                "model's bands, or start from another model."
            )
    absolute = str(Path(path).absolute())  # the training process runs in another folder
    return replace(parameters, start_from=absolute, network=card.network, options=dict(card.network_parameters))


def train_model(
    parameters: TrainParameters,
    runtime: Runtime,
    progress: Optional[Progress] = None,
    is_cancelled: Optional[IsCancelled] = None,
    say: Optional[Callable[[str], None]] = None,
) -> TrainingResult:
    """Train a network. Cancelled in the middle of training, it keeps the best weights so far.

    A run that fails after its first validation leaves its best weights, too, and never in place of an older model.

    Args:
        parameters: of the run.
        runtime: what runs it.
        progress: told the share done (0..1) and a sentence.
        is_cancelled: asked often.
        say: told what is worth a line in a log.

    Raises:
        InputError, BandCountError, ModelFileError, RasterIOError: as `check_training` and `pack_folder`.
        MissingDependencyError: the interpreter lacks a package.
        EngineError: training failed or its process died.
        ResourceLimitError: memory or disk ran out.
        OperationCancelled: cancelled before training began; nothing was written.
    """
    tell: Progress = progress or (lambda share, text: None)
    stop = is_cancelled or (lambda: False)
    note = say or (lambda text: None)
    parameters, described = check_training(parameters)
    work = Path(tempfile.mkdtemp(prefix="rgbsar-training-"))
    try:
        tell(0.0, "Starting the training process")
        with TrainingProcess(runtime.interpreter, runtime.core_parent, runtime.training) as process:
            hello = process.wait_until_ready(stop)
            note(f"Python {hello['python']}, PyTorch {hello['torch']}, Lightning {hello['lightning']}")
            for folder in ("tiles", "run"):
                (work / folder).mkdir()
            packed = pack_folder(
                parameters.folder, work / "tiles", lambda share, text: tell(_PACKED * share, text), stop
            )
            recipe = build_recipe(parameters, described, packed, work / "run")
            (work / "recipe.json").write_text(json.dumps(recipe, indent=1), encoding="utf-8")
            done, cut_short = process.train(work / "recipe.json", _Follower(tell, note).follow, stop)
        data = json.loads(Path(done["result"]).read_text(encoding="utf-8"))
        result = TrainingResult.from_files(
            data,
            model=parameters.model,
            report=parameters.report,
            legend=described.legend,
            network=" ".join((network_info(parameters.network).title, *_words(parameters.options))),
            started_from=Path(parameters.start_from).name if parameters.start_from else "",
            tiles=packed.tiles,
            cut_short=cut_short,
        )
        texts = {}
        if parameters.report:  # made before the model has its name: a job that fails leaves neither
            predicted = np.load(Path(done["result"]).with_name("shown.npy"))
            samples = read_samples(packed.folder, result.measured_on, data["shown"], predicted, described)
            texts[parameters.report] = html_report(result, described, _settings(parameters, recipe, result), samples)
        _publish(Path(done["model"]), Path(parameters.model))
    except RgbSarError as error:
        rescued = _rescued(work / "run", Path(parameters.model))
        raise type(error)(f"{error} {rescued}".rstrip()) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    try:
        publish_texts(texts)
    except RasterIOError as error:
        raise RasterIOError(f"{error} The model is complete: '{parameters.model}'.") from error
    tell(1.0, "Finished")
    return result


class _Follower:
    """Turns the process's messages into progress and log lines."""

    def __init__(self, tell: Progress, note: Callable[[str], None]) -> None:
        self._tell = tell
        self._note = note
        self._share = _PACKED
        self._phase = "Training"

    def follow(self, message: dict[str, Any]) -> None:
        """One message."""
        kind = message["type"]
        if kind == "progress":
            self._share = _PACKED + (_TRAINED - _PACKED) * float(message["share"])
            miou = "" if message["miou"] is None else f", mIoU {message['miou']:.3f}"
            figures = f"step {message['step']}, loss {message['loss']:.4f}{miou}"
            self._tell(self._share, f"Training: {figures}, {_left(message['minutes_left'])}")
        elif kind == "validated":
            figures = f"mIoU {message['miou']:.4f}, overall accuracy {100 * message['overall']:.1f} %"
            self._note(f"step {message['step']}: {figures} on the validation tiles")
        elif kind == "cancelled":
            self._phase = "Cancelling"
            self._tell(self._share, "Cancelling: measuring and writing the best weights so far")
        elif kind == "finishing":
            self._share, self._phase = max(self._share, _TRAINED), "Measuring and writing the model"
            self._tell(self._share, self._phase)
        elif kind == "measuring":
            self._tell(self._share, f"{self._phase}: {message['images']:,} images measured")


def _left(minutes: float) -> str:
    return f"{minutes:.0f} min left" if minutes >= 2 else f"{60 * max(minutes, 0.0):.0f} s left"


def _words(options: dict[str, Any]) -> Sequence[str]:
    return [str(value) if key == "size" else f"{key}={value}" for key, value in options.items()]


def _settings(
    parameters: TrainParameters, recipe: dict[str, Any], result: TrainingResult
) -> list[tuple[str, str]]:
    budget = [f"{parameters.minutes:g} minutes"] if parameters.minutes else []
    budget += [f"{parameters.epochs} epochs"] if parameters.epochs else []
    calibration = result.calibration
    return [
        ("start", result.started_from or "fresh weights"),
        ("budget", " or ".join(budget)),
        ("device", f"{result.device}, {result.precision}"),
        ("batch and crop", f"{parameters.batch} samples of {recipe['augmentation']['crop']} pixels"),
        ("learning rate", f"{recipe['optimiser']['rate']:.3g}"),
        ("seed", str(parameters.seed)),
        ("samples without optical or SAR", f"{100 * parameters.dropout:g} %"),
        ("confidence", f"temperature {calibration['temperature']:.3g}, expected calibration error "
                       f"{calibration['expected_calibration_error']}"),
    ]  # fmt: skip


def _publish(source: Path, target: Path) -> None:
    """Copy a file under a temporary name, then give it its own."""
    staged = temporary_beside(target, ".safetensors")
    try:
        shutil.copyfile(source, staged)
        patiently(os.replace, staged, target)
    except OSError as error:
        raise ResourceLimitError(
            f"The model '{target}' could not be written ({error.strerror}); expected room for it, and no other program "
            "that has it open. Close it there, free disk space or choose another folder."
        ) from error
    finally:
        staged.unlink(missing_ok=True)


def _rescued(run: Path, target: Path) -> str:
    """After a failure: where the run's best weights are kept, as a sentence; empty if it had none."""
    found = sorted(run.glob("*.safetensors"))  # "model" before "unmeasured"
    if not found:
        return ""
    if target.exists():
        target = target.with_name(f"{target.stem}-rescued.safetensors")
    try:
        _publish(found[0], target)
    except ResourceLimitError:
        aside = Path(tempfile.mkdtemp(prefix="rgbsar-model-")) / target.name
        os.replace(found[0], aside)
        target = aside
    return f"The best weights so far are not lost: '{target}' holds them; the report was not written."
