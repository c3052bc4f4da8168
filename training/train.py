"""Train a model: `python -m training.train RECIPE.yaml [key=value ...]`.

Writes checkpoints, logs, `model.safetensors` and `metrics.json` into the recipe's `trainer.output`. A stopped
run continues with `trainer.resume=true`. Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 130 stopped by hand.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from lightning.pytorch.callbacks import Callback

from rgbsar_core.errors import InputError, ModelFileError, ResourceLimitError, RgbSarError
from rgbsar_core.metrics import IGNORE_INDEX
from rgbsar_core.model_card import InputSpec
from rgbsar_core.networks import network_info

from .card import RunFigures, build_card, input_specs
from .checkpoints import BEST, LAST, WayOn, load_best, read_checkpoint, require_room, require_same_run, tell_of_older
from .datasets.images import LabelledImages, WatchedImages
from .datasets.places import label_counts, without_unlabelled
from .datasets.samples import training_statistics
from .datasets.splits import shared_sentence, shared_with_tests, training_images, validation_images
from .finishing import write_model
from .losses import DivergenceError, with_balanced_weights
from .optimisers import make_optimiser
from .recipe import Recipe
from .recipe_file import read_recipe
from .running import is_first_process, keep_rows, make_trainer, quieten, with_precision
from .task import SegmentationTask

logger = logging.getLogger(__name__)


def train(
    recipe: Recipe, watchers: Sequence[Callback] = (), tell_measured: Callable[[], None] = lambda: None
) -> Path:
    """Run a recipe from the data to the model file.

    Args:
        recipe: of the run.
        watchers: further callbacks of Lightning.
        tell_measured: called for each image that the finished model is measured on.

    Returns:
        The model file.

    Raises:
        InputError: data or settings that do not fit.
        ResourceLimitError: no room for checkpoints; a process that makes samples was killed.
        DivergenceError: the loss became NaN; a last checkpoint is a good one.
        ModelFileError: no checkpoint to resume from, or a damaged one; the model file cannot be written.
        OSError: a checkpoint or log cannot be written; a last checkpoint is whole.
        KeyboardInterrupt: stopped by hand or by SIGTERM.
    """
    asked = recipe.to_json()
    recipe = with_precision(recipe)
    run = recipe.trainer
    output = Path(run.output)
    checkpoint = output / f"{LAST}.ckpt"
    begun = int(read_checkpoint(checkpoint)["global_step"]) if run.resume else 0  # before the data, which take time
    task, validation_scenes = prepare(recipe)
    task.asked, recipe = asked, task.recipe
    trainer = make_trainer(recipe, output, watchers, begun)
    if run.resume:
        require_same_run(checkpoint, task.made_with())
    require_room(recipe, task.network)
    tell_of_older(recipe)
    make_optimiser(task.network, recipe.optimiser, fused=False)
    try:
        output.mkdir(parents=True, exist_ok=True)  # nothing on the disk changes before all is found to fit
    except OSError as error:
        raise InputError(
            f"The folder '{output}' cannot be made ({error.strerror}); expected a place for checkpoints and the model. "
            "Choose another trainer.output."
        ) from error
    keep_rows(output, begun)
    device = trainer.strategy.root_device
    logger.info("%s on %s, %s, %d processes", recipe.network.name, device, run.precision, trainer.world_size)
    try:
        trainer.fit(task, ckpt_path=str(checkpoint) if run.resume else None)
    except SystemExit as error:
        if trainer.interrupted:  # Lightning turns Ctrl-C and SIGTERM into this
            raise KeyboardInterrupt from error
        raise
    except RuntimeError as error:
        told = _told(error)
        if told is None:
            raise
        raise told from error
    finally:
        task.end_samples()
    path = output / "model.safetensors"
    if trainer.is_global_zero:
        figures = _run_figures(task)
        scenes = WatchedImages(validation_scenes, tell_measured)
        write_model(path, task.average_network(), recipe, task.inputs, scenes, figures, device, asked)
    return path


def _told(error: RuntimeError) -> RgbSarError | None:
    """What torch found, as a sentence, where a user can do something about it."""
    text = str(error)
    if "DataLoader worker" in text:
        return ResourceLimitError(
            f"A process that makes samples was ended from outside ({text.splitlines()[0]}); expected it to last the "
            "run. Most often memory ran out: lower trainer.workers."
        )
    if "parameters that were not used" in text:  # in several processes, from the second step on
        return InputError(
            "The network has parameters that no step uses, as FuseNet's variant unchained; expected a trainer.strategy "
            "that looks for them. Give trainer.strategy=ddp_find_unused_parameters_true."
        )
    return None


def prepare(recipe: Recipe) -> tuple[SegmentationTask, LabelledImages]:
    """Read the data and build what is trained.

    Returns:
        The task, and the scenes to validate with.

    Raises:
        InputError: data or settings that do not fit.
    """
    if recipe.trainer.threads is not None:
        torch.set_num_threads(recipe.trainer.threads)
    _require_sides(recipe)
    train_scenes, validation_scenes = training_images(recipe), validation_images(recipe)
    counts = [label_counts(images, len(recipe.classes)) for images in (train_scenes, validation_scenes)]
    for split, images in (("train", train_scenes), ("validation", validation_scenes)):
        if not any((image.labels != IGNORE_INDEX).any() for image in images):
            raise InputError(
                f"The images of data.{split}_splits have no labelled pixel of any class where optical and SAR have "
                "values; expected some. Check the labels, the split, the class list and the images' nodata values."
            )
    statistics = training_statistics(train_scenes, recipe)
    inputs = input_specs(recipe, statistics)
    _require_card(recipe, inputs)
    logger.info("%d images to train on, %d to validate", len(train_scenes), len(validation_scenes))
    pixels = tuple(int(count) for count in counts[0].sum(axis=0))
    logger.info("labelled pixels: %s", dict(zip(recipe.legend.names, pixels)))
    logger.info("mean and deviation of optical %s, SAR %s", *statistics)
    recipe = with_balanced_weights(recipe, pixels)
    train_scenes = without_unlabelled(train_scenes, counts[0])
    task = SegmentationTask(recipe, train_scenes, validation_scenes, statistics, inputs)
    for split, names in {"validation": task.shared, **shared_with_tests(recipe)}.items():
        if names:
            logger.warning(shared_sentence(split, names))
    return task, validation_scenes


def _require_sides(recipe: Recipe) -> None:
    """Refuse now what the network would refuse at its first batch, or hours later, at the first validation.

    Raises:
        UnknownModelError: no such network.
        InputError: images that are too small for it.
    """
    info = network_info(recipe.network.name)
    needed = info.smallest_side(recipe.network.keywords())
    for key, side in (("augmentation.crop", recipe.augmentation.crop), ("validation.tile", recipe.validation.tile)):
        if side < needed:
            raise InputError(
                f"{key} is {side}, and {info.title} takes {needed} pixels or more on each side; expected such images. "
                "Raise it, or choose another network."
            )


def _require_card(recipe: Recipe, inputs: tuple[InputSpec, ...]) -> None:
    """Refuse now what the model file could not hold after hours of training.

    Raises:
        InputError: a card that cannot be.
    """
    try:
        build_card(recipe, inputs, {})
    except ModelFileError as error:
        found = str(error).removesuffix("Repair or replace the model file.")
        raise InputError(f"The recipe gives what no model file can hold. {found}Correct the recipe.") from error


def _run_figures(task: SegmentationTask) -> RunFigures:
    """Settle which weights are kept, and say so."""
    steps = task.trainer.global_step
    weights = "exponential average of the last steps; this checkpoint was not picked by validation"
    best = Path(getattr(task.trainer.checkpoint_callback, "best_model_path", ""))  # a file of another run is none
    if task.recipe.trainer.keep == BEST and best.is_file():
        last, steps = steps, load_best(best, task.average)
        weights = f"exponential average at step {steps} of {last}, picked by the mIoU of the scenes measured here"
    parameters = sum(parameter.numel() for parameter in task.network.parameters())
    return RunFigures(steps, task.elapsed_minutes(), parameters, weights, len(task.shared))


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__)
    parser.add_argument("recipe", help="YAML file, such as training/recipes/asanet/landcover_us.yaml")
    parser.add_argument("overrides", nargs="*", metavar="key=value", help="such as trainer.steps=100")
    options = parser.parse_args(arguments)
    level = logging.INFO if is_first_process() else logging.ERROR  # one of several processes tells the story
    logging.basicConfig(level=level, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    quieten()
    way_on: object = "start the run again"
    try:
        recipe = read_recipe(options.recipe, options.overrides)
        way_on = WayOn(recipe)
        train(recipe)
    except DivergenceError as error:
        logger.error("%s Then %s.", error, way_on)
    except RgbSarError as error:
        logger.error("%s", error)
    except OSError as error:
        logger.error(
            "A file could not be read or written (%s). Free disk space or choose another trainer.output; then %s.",
            error, way_on,
        )  # fmt: skip
    except torch.OutOfMemoryError as error:
        logger.error("Memory ran out: %s Lower trainer.batch (and raise trainer.accumulate).", error)
    except KeyboardInterrupt:
        logger.error("Stopped; %s.", way_on)
        return 130
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
