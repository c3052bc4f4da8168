"""What a training run is made of, as frozen dataclasses; `recipe_file.py` reads them from YAML."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Optional

from rgbsar_core.errors import InputError
from rgbsar_core.legend import LandCoverClass, Legend
from rgbsar_core.model_card import Band


@dataclass(frozen=True, kw_only=True)
class NetworkRecipe:
    """A network of the registry and its parameters; `size` and `variant` for those that have them.

    Attributes:
        encoder_weights: file of ImageNet weights that the encoders start from, of both modalities.
        sar_encoder_weights: another file for the SAR encoder.
    """

    name: str
    size: Optional[str] = None
    variant: Optional[str] = None
    parameters: dict[str, Any] = field(default_factory=dict)
    encoder_weights: Optional[str] = None
    sar_encoder_weights: Optional[str] = None

    def keywords(self) -> dict[str, Any]:
        """Keyword arguments of `create_network` beyond band and class counts."""
        chosen = {"size": self.size, "variant": self.variant}
        return {**{key: value for key, value in chosen.items() if value is not None}, **self.parameters}


@dataclass(frozen=True, kw_only=True)
class ModalityRecipe:
    """How one modality is named and stretched.

    Attributes:
        bands: in channel order.
        percentiles: low and high per scene and band, mapped to 0..1; None leaves the file's numbers.
        clip: range kept after that, or None.
    """

    bands: tuple[Band, ...]
    percentiles: Optional[tuple[float, float]] = (1.0, 99.0)
    clip: Optional[tuple[float, float]] = None


@dataclass(frozen=True, kw_only=True)
class DataRecipe:
    """Where scenes and labels lie; the first folder that exists is taken.

    Attributes:
        polygons: GeoJSON with the fields `scene` and `class`; None reads `<scene>_label.tif`.
        splits: CSV with the columns `scene` and `split`.
        gsd: metres on the ground, for the card.
        sources: one dictionary per source for the card (name, licence, attribution, url).
    """

    folders: tuple[str, ...]
    splits: str
    polygons: Optional[str] = None
    train_splits: tuple[str, ...] = ("train",)
    validation_splits: tuple[str, ...] = ("val",)
    gsd: Optional[float] = None
    sources: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, kw_only=True)
class AugmentationRecipe:
    """Random change of a training sample; ranges are (low, high), a probability of 0 switches a change off.

    Attributes:
        crop: side of a training sample, pixels.
        balanced: share of crops placed on a class drawn uniformly; the others on any labelled pixel.
        scale: zoom; 1.4 shows 1 / 1.4 of the crop's ground, enlarged.
        symmetries: flips and quarter turns, all eight alike.
        optical_gain, optical_offset: one draw for all bands, of the stretched values.
        band_gain, band_offset: further draws per optical band.
        gamma: exponent of the stretched optical values.
        sar_gain, sar_offset: of the stretched SAR values.
        looks: of the multiplicative speckle put on the SAR values (gamma distributed, mean 1); higher is weaker.
        speckle: probability of it.
        drop_optical, drop_sar: probability of a modality missing in a whole sample (zeros, as at inference).
    """

    crop: int = 192
    balanced: float = 0.7
    scale: tuple[float, float] = (0.7, 1.4)
    symmetries: bool = True
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


@dataclass(frozen=True, kw_only=True)
class LossRecipe:
    """Cross-entropy over labelled pixels; `class_weights` in channel order."""

    auxiliary: float = 0.4
    label_smoothing: float = 0.0
    class_weights: Optional[tuple[float, ...]] = None


@dataclass(frozen=True, kw_only=True)
class OptimiserRecipe:
    """AdamW; one-dimensional parameters do not decay. `clip` limits the gradient's norm."""

    rate: float = 1e-3
    weight_decay: float = 0.05
    betas: tuple[float, float] = (0.9, 0.999)
    clip: Optional[float] = None


@dataclass(frozen=True, kw_only=True)
class ScheduleRecipe:
    """Linear warm-up (share of the run), then `cosine` or `poly` to `final` times the rate."""

    kind: str = "cosine"
    warm_up: float = 0.05
    power: float = 1.0
    final: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in ("cosine", "poly"):
            raise InputError(f"The schedule '{self.kind}' is unknown; expected cosine or poly. Correct schedule.kind.")


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
        accelerator, devices, nodes, strategy, precision: as Lightning names them.
        threads: of torch on the CPU; None leaves torch's choice.
        workers: processes that make samples; 0 = in the training process.
        resume: continue from `last.ckpt` in `output`.
        compile: use torch.compile.
        stored: precision of the weights in the model file, float16 or float32; metrics are those of the file.
    """

    output: str
    steps: int = 2000
    max_minutes: Optional[float] = None
    batch: int = 8
    accumulate: int = 1
    validate_every: int = 500
    average: float = 0.998
    accelerator: str = "auto"
    devices: int = 1
    nodes: int = 1
    strategy: str = "auto"
    precision: str = "32-true"
    threads: Optional[int] = None
    workers: int = 0
    resume: bool = False
    compile: bool = False
    stored: str = "float16"
    progress_bar: bool = True

    def __post_init__(self) -> None:
        if self.stored not in ("float16", "float32"):
            raise InputError(f"trainer.stored is '{self.stored}'; expected float16 or float32. Correct the recipe.")
        for name in ("steps", "batch", "accumulate", "validate_every", "devices", "nodes"):
            if getattr(self, name) < 1:
                raise InputError(f"trainer.{name} is {getattr(self, name)}; expected 1 or more. Correct the recipe.")


@dataclass(frozen=True, kw_only=True)
class ValidationRecipe:
    """Tiles of full-scene prediction, also the card's tile size and overlap."""

    tile: int = 256
    overlap: int = 64
    batch: int = 8


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One training run. `licence` and `citation` are the model's."""

    name: str
    title: str
    classes: tuple[LandCoverClass, ...]
    network: NetworkRecipe
    optical: ModalityRecipe
    sar: ModalityRecipe
    data: DataRecipe
    trainer: TrainerRecipe
    description: str = ""
    licence: str = ""
    citation: str = ""
    seed: int = 42
    augmentation: AugmentationRecipe = field(default_factory=AugmentationRecipe)
    loss: LossRecipe = field(default_factory=LossRecipe)
    optimiser: OptimiserRecipe = field(default_factory=OptimiserRecipe)
    schedule: ScheduleRecipe = field(default_factory=ScheduleRecipe)
    validation: ValidationRecipe = field(default_factory=ValidationRecipe)

    @property
    def legend(self) -> Legend:
        """The classes in channel order."""
        return Legend(self.classes)
