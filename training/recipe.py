"""What a training run is made of, as frozen dataclasses; `recipe_file.py` reads them from YAML."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Optional

from rgbsar_core.errors import InputError
from rgbsar_core.legend import LandCoverClass, Legend
from rgbsar_core.model_card import Band

from .protocol import (
    AugmentationRecipe,
    FlipsRecipe,
    LossRecipe,
    OptimiserRecipe,
    ScheduleRecipe,
    TrainerRecipe,
    ValidationRecipe,
)

__all__ = [
    "AugmentationRecipe",
    "DataRecipe",
    "FlipsRecipe",
    "LossRecipe",
    "ModalityRecipe",
    "NetworkRecipe",
    "OptimiserRecipe",
    "Recipe",
    "ScheduleRecipe",
    "TrainerRecipe",
    "ValidationRecipe",
]


@dataclass(frozen=True, kw_only=True)
class NetworkRecipe:
    """A network of the registry and its parameters; `size` and `variant` for those that have them.

    Attributes:
        encoder_weights: file of ImageNet weights that the encoders start from, of both modalities.
        sar_encoder_weights: another file for the SAR encoder.
        start_from: model file of this network to fine-tune; what depends on the classes is renewed if they change.
    """

    name: str
    size: Optional[str] = None
    variant: Optional[str] = None
    parameters: dict[str, Any] = field(default_factory=dict)
    encoder_weights: Optional[str] = None
    sar_encoder_weights: Optional[str] = None
    start_from: Optional[str] = None

    def __post_init__(self) -> None:
        if self.start_from is not None and (self.encoder_weights or self.sar_encoder_weights):
            raise InputError(
                "The recipe gives network.start_from and encoder weights; expected one start. Leave one of them out."
            )

    def keywords(self) -> dict[str, Any]:
        """Keyword arguments of `create_network` beyond band and class counts."""
        chosen = {"size": self.size, "variant": self.variant}
        return {**{key: value for key, value in chosen.items() if value is not None}, **self.parameters}


@dataclass(frozen=True, kw_only=True)
class ModalityRecipe:
    """How one modality is named and stretched.

    Attributes:
        bands: in channel order.
        units: of the values, as in the model card (`digital_number`, `reflectance`; `amplitude`, `linear`, `db`).
        percentiles: low and high per scene and band, mapped to 0..1; None leaves the file's numbers.
        clip: range kept after that, or None.
    """

    bands: tuple[Band, ...]
    units: str = "digital_number"
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
class Recipe:
    """One training run.

    Attributes:
        licence, citation: of the model.
        parity: allows the authors' faults that a recipe names, and reports figures as the papers count them.
    """

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
    parity: bool = False
    augmentation: AugmentationRecipe = field(default_factory=AugmentationRecipe)
    loss: LossRecipe = field(default_factory=LossRecipe)
    optimiser: OptimiserRecipe = field(default_factory=OptimiserRecipe)
    schedule: ScheduleRecipe = field(default_factory=ScheduleRecipe)
    validation: ValidationRecipe = field(default_factory=ValidationRecipe)

    def __post_init__(self) -> None:
        weights = self.loss.class_weights
        if isinstance(weights, tuple) and len(weights) != len(self.classes):
            raise InputError(
                f"loss.class_weights has {len(weights)} numbers; expected one for each of the {len(self.classes)} "
                "classes. Correct the recipe."
            )
        if not self.augmentation.flips.sar and not self.parity:
            raise InputError(
                "augmentation.flips.sar is false, so that flipped samples do not match their SAR image; expected this "
                "fault under parity: true alone. Remove the key, or set parity."
            )

    @property
    def legend(self) -> Legend:
        """The classes in channel order."""
        return Legend(self.classes)
