"""How a network is trained, as frozen dataclasses: the sections of a recipe that a published protocol fills."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Optional

from rgbsar_core.errors import InputError


@dataclass(frozen=True, kw_only=True)
class FlipsRecipe:
    """Mirrored samples, where `symmetries` is false.

    Attributes:
        horizontal: probability of swapping left and right.
        vertical: probability of swapping top and bottom.
        sar: whether the SAR image is mirrored, too. False is the fault of a published pipeline and wants `parity`.
    """

    horizontal: float = 0.0
    vertical: float = 0.0
    sar: bool = True

    def __post_init__(self) -> None:
        _check_shares("augmentation.flips", self, "horizontal", "vertical")


@dataclass(frozen=True, kw_only=True)
class AugmentationRecipe:
    """Random change of a training sample; ranges are (low, high), a probability of 0 switches a change off.

    Attributes:
        crop: side of a training sample, pixels.
        balanced: share of crops placed on a class drawn uniformly; the others on any labelled pixel.
        scale: zoom; 1.4 shows 1 / 1.4 of the crop's ground, enlarged.
        symmetries: flips and quarter turns, all eight alike.
        flips: used where `symmetries` is false.
        max_class_share: crops as ASANet cuts them: zoom uniform, anywhere in the image, up to ten places until the
            commonest class covers less than this share; an image smaller than the crop is filled up at the right
            and bottom. None cuts around labelled pixels, see `balanced`.
        optical_gain, optical_offset: one draw for all bands, of the stretched values.
        band_gain, band_offset: further draws per optical band.
        gamma: exponent of the stretched optical values.
        sar_gain, sar_offset: of the stretched SAR values.
        looks: of the multiplicative speckle put on the SAR intensity (gamma distributed, mean 1); higher is weaker.
        speckle: probability of it.
        drop_optical, drop_sar: probability of a modality missing in a whole sample (zeros, as at inference).
        cloud: probability of cloud-like holes in the optical image (zeros, likewise).
    """

    crop: int = 192
    balanced: float = 0.7
    scale: tuple[float, float] = (0.7, 1.4)
    symmetries: bool = True
    flips: FlipsRecipe = field(default_factory=FlipsRecipe)
    max_class_share: Optional[float] = None
    optical_gain: tuple[float, float] = (0.8, 1.25)
    optical_offset: tuple[float, float] = (-0.08, 0.08)
    band_gain: tuple[float, float] = (0.9, 1.1)
    band_offset: tuple[float, float] = (-0.04, 0.04)
    gamma: tuple[float, float] = (0.8, 1.25)
    sar_gain: tuple[float, float] = (0.7, 1.4)
    sar_offset: tuple[float, float] = (-0.05, 0.05)
    looks: tuple[float, float] = (8.0, 60.0)
    speckle: float = 0.5
    drop_optical: float = 0.0
    drop_sar: float = 0.0
    cloud: float = 0.0

    def __post_init__(self) -> None:
        _check_shares("augmentation", self, "balanced", "speckle", "drop_optical", "drop_sar", "cloud")
        check_numbers("augmentation.crop", self.crop, least=1)
        for name in ("scale", "gamma", "sar_gain", "looks"):
            _check_range(f"augmentation.{name}", getattr(self, name), above=0.0)
        for name in ("optical_gain", "optical_offset", "band_gain", "band_offset", "sar_offset"):
            _check_range(f"augmentation.{name}", getattr(self, name))
        if self.drop_optical + self.drop_sar > 1.0:
            raise InputError(
                f"augmentation.drop_optical and drop_sar add up to {self.drop_optical + self.drop_sar}; expected 1 or "
                "less, since never both are dropped. Lower one of them."
            )
        if self.max_class_share is not None and not 0.0 < self.max_class_share <= 1.0:
            raise InputError(
                f"augmentation.max_class_share is {self.max_class_share}; expected more than 0 and up to 1. Correct it."
            )


@dataclass(frozen=True, kw_only=True)
class LossRecipe:
    """A weighted sum of losses over labelled pixels; 0 leaves one out.

    Attributes:
        cross_entropy, dice, focal, lovasz: weights of the terms.
        focal_gamma: exponent of the focal loss.
        auxiliary: weight of every auxiliary head, or one for each in the order of the network's heads; they get the
            same sum.
        label_smoothing: of the cross-entropy.
        class_weights: of cross-entropy and focal loss, in channel order; "balanced" takes them from the labelled
            pixels of the training split.
    """

    cross_entropy: float = 1.0
    dice: float = 0.0
    focal: float = 0.0
    focal_gamma: float = 2.0
    lovasz: float = 0.0
    auxiliary: float | tuple[float, ...] = 0.4
    label_smoothing: float = 0.0
    class_weights: tuple[float, ...] | str | None = None

    def __post_init__(self) -> None:
        terms = {name: getattr(self, name) for name in ("cross_entropy", "dice", "focal", "lovasz")}
        for name, weight in {**terms, "focal_gamma": self.focal_gamma}.items():
            check_numbers(f"loss.{name}", weight, least=0.0)
        check_numbers("loss.auxiliary", *self.auxiliary_weights(1), least=0.0)
        if not any(terms.values()):
            raise InputError("Every term of the loss has the weight 0; expected one above it. Set loss.cross_entropy.")
        _check_shares("loss", self, "label_smoothing")
        if isinstance(self.class_weights, str) and self.class_weights != "balanced":
            raise InputError(
                f"loss.class_weights is '{self.class_weights}'; expected numbers, balanced or null. Correct it."
            )
        if isinstance(self.class_weights, tuple):
            check_numbers("loss.class_weights", *self.class_weights, least=0.0)
            if not any(self.class_weights):
                raise InputError("Every class has the weight 0; expected one above it. Correct loss.class_weights.")

    def auxiliary_weights(self, heads: int) -> tuple[float, ...]:
        """The weights of `heads` auxiliary heads; those of the recipe, right or wrong, if it has one for each."""
        return self.auxiliary if isinstance(self.auxiliary, tuple) else (self.auxiliary,) * heads


@dataclass(frozen=True, kw_only=True)
class OptimiserRecipe:
    """How the weights move.

    Attributes:
        kind: adamw, adam (decay is part of the gradient) or sgd.
        rate: full learning rate.
        weight_decay: of kernels and matrices.
        decay_flat: whether biases, norms and other one-dimensional parameters decay, too.
        momentum: of sgd.
        betas: of adamw and adam.
        layer_decay: factor of the rate for each step away from the heads, see `optimisers.py`; None is one rate.
        layer_rule: what a step is: a stage of a ConvNeXt V2 encoder, or (layer) a group of its blocks.
        clip: largest norm of the gradient, or None.
    """

    kind: str = "adamw"
    rate: float = 1e-3
    weight_decay: float = 0.05
    decay_flat: bool = False
    momentum: float = 0.9
    betas: tuple[float, float] = (0.9, 0.999)
    layer_decay: Optional[float] = None
    layer_rule: str = "stage"
    clip: Optional[float] = None

    def __post_init__(self) -> None:
        _check_choice("optimiser.kind", self.kind, "adamw", "adam", "sgd")
        _check_choice("optimiser.layer_rule", self.layer_rule, "stage", "layer")
        check_numbers("optimiser.rate", self.rate, above=0.0)
        check_numbers("optimiser.weight_decay", self.weight_decay, least=0.0)
        check_numbers("optimiser.momentum", self.momentum, least=0.0, below=1.0)
        check_numbers("optimiser.betas", *self.betas, least=0.0, below=1.0)
        check_numbers("optimiser.layer_decay", self.layer_decay, above=0.0)
        check_numbers("optimiser.clip", self.clip, above=0.0)


@dataclass(frozen=True, kw_only=True)
class ScheduleRecipe:
    """Linear warm-up, then `cosine` or `poly` to `final` times the rate, in `step`s at milestones, or `constant`.

    Attributes:
        warm_up: share of the run.
        warm_up_steps: optimiser steps instead of a share.
        warm_up_start: share of the rate that the warm-up starts from.
        power: of `poly`.
        final: share of the rate at the end.
        fall_from: step at which the rate begins to fall; it may lie inside the warm-up (both factors then
            multiply). None is the end of the warm-up.
        milestones: steps from each of which on `step` multiplies the rate by `factor` once more.
        factor: of `step`.
    """

    kind: str = "cosine"
    warm_up: float = 0.05
    warm_up_steps: Optional[int] = None
    warm_up_start: float = 0.0
    power: float = 1.0
    final: float = 0.0
    fall_from: Optional[int] = None
    milestones: tuple[int, ...] = ()
    factor: float = 0.1

    def __post_init__(self) -> None:
        _check_choice("schedule.kind", self.kind, "cosine", "poly", "step", "constant")
        _check_shares("schedule", self, "warm_up", "warm_up_start", "final", "factor")
        check_numbers("schedule.milestones", *self.milestones, least=1)
        if (self.kind == "step") != bool(self.milestones):
            raise InputError(
                f"schedule.kind is '{self.kind}' with {len(self.milestones)} milestones; expected them with step, and "
                "with step alone. Correct the recipe."
            )
        check_numbers("schedule.warm_up_steps", self.warm_up_steps, least=0)
        check_numbers("schedule.fall_from", self.fall_from, least=0)
        check_numbers("schedule.power", self.power, least=0.0)


@dataclass(frozen=True, kw_only=True)
class TrainerRecipe:
    """The run itself.

    Attributes:
        output: folder of checkpoints, logs and the model file.
        steps: optimiser steps of the whole run; the schedule follows them.
        max_minutes: if set, the schedule also follows the clock and ends here at the latest.
        batch: samples per step and device.
        accumulate: batches per optimiser step.
        validate_every: steps between validations; also between checkpoints.
        average: decay of the exponential moving average of the weights that is validated and saved; 0 = off.
        early_stop: validations without a better mean IoU after which the run ends; None = never.
        keep: weights of the model file: last, or best (of all validations, by mean IoU).
        accelerator, devices, nodes, strategy: as Lightning names them.
        precision: 32-true, bf16-mixed or 16-mixed; auto takes 16 bits where the device computes faster with them.
            The weights are float32 in each: an average of 16-bit ones would stand still.
        threads: of torch on the CPU; None leaves torch's choice.
        workers: processes that make samples for each device; 0 = in the training process. None takes up to 8 for a
            GPU on Linux, else 0.
        resume: continue from `last.ckpt` in `output`.
        compile: use torch.compile.
        deterministic: also on a GPU, as far as torch can; it warns where it cannot, and is slower.
        stored: precision of the weights in the model file, float16 or float32; metrics are those of the file.
    """

    output: str
    steps: int = 2000
    max_minutes: Optional[float] = None
    batch: int = 8
    accumulate: int = 1
    validate_every: int = 500
    average: float = 0.998
    early_stop: Optional[int] = None
    keep: str = "last"
    accelerator: str = "auto"
    devices: int = 1
    nodes: int = 1
    strategy: str = "auto"
    precision: str = "32-true"
    threads: Optional[int] = None
    workers: Optional[int] = None
    resume: bool = False
    compile: bool = False
    deterministic: bool = False
    stored: str = "float16"
    progress_bar: bool = True

    def __post_init__(self) -> None:
        _check_choice("trainer.stored", self.stored, "float16", "float32")
        _check_choice("trainer.keep", self.keep, "last", "best")
        _check_choice("trainer.precision", self.precision, "auto", "32-true", "bf16-mixed", "16-mixed")
        for name in ("steps", "batch", "accumulate", "validate_every", "devices", "nodes", "early_stop", "threads"):
            check_numbers(f"trainer.{name}", getattr(self, name), least=1)
        check_numbers("trainer.workers", self.workers, least=0)
        check_numbers("trainer.max_minutes", self.max_minutes, above=0.0)
        check_numbers("trainer.average", self.average, least=0.0, below=1.0)


@dataclass(frozen=True, kw_only=True)
class ValidationRecipe:
    """Tiles of full-scene prediction, also the card's tile size and overlap.

    Attributes:
        calibrate: fit the temperature of the finished model's confidence to the validation labels.
    """

    tile: int = 256
    overlap: int = 64
    batch: int = 8
    calibrate: bool = True

    def __post_init__(self) -> None:
        check_numbers("validation.batch", self.batch, least=1)


def _check_shares(section: str, recipe: object, *names: str) -> None:
    for name in names:
        value = getattr(recipe, name)
        if not 0.0 <= value <= 1.0:
            raise InputError(f"{section}.{name} is {value}; expected a share from 0 to 1. Correct the recipe.")


def _check_choice(key: str, value: str, *known: str) -> None:
    if value not in known:
        expected = f"{', '.join(known[:-1])} or {known[-1]}"
        raise InputError(f"{key} is '{value}'; expected {expected}. Correct the recipe.")


def check_numbers(
    key: str,
    *values: Optional[float],
    least: Optional[float] = None,
    above: Optional[float] = None,
    below: Optional[float] = None,
) -> None:
    """Refuse numbers outside a range; None, a setting that was left out, is none."""
    told = [("", least, " or more"), ("more than ", above, ""), ("less than ", below, "")]
    expected = " and ".join(f"{before}{edge:g}{after}" for before, edge, after in told if edge is not None)
    for value in values:
        if value is None:
            continue
        inside = (least is None or value >= least) and (above is None or value > above)
        if not (math.isfinite(value) and inside and (below is None or value < below)):
            raise InputError(f"{key} is {value}; expected {expected}. Correct the recipe.")


def _check_range(key: str, edges: tuple[float, float], above: float = -math.inf) -> None:
    low, high = edges
    if not (math.isfinite(high) and above < low <= high):
        least = "" if math.isinf(above) else f", both above {above:g}"
        raise InputError(f"{key} is [{low:g}, {high:g}]; expected a low and a high number{least}. Correct the recipe.")
