"""What a training run is made of, as frozen dataclasses; `recipe_file.py` reads them from YAML."""

from __future__ import annotations

import itertools
import json
from dataclasses import asdict, dataclass, field
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
    check_numbers,
)

__all__ = [
    "AugmentationRecipe",
    "DataRecipe",
    "FilesRecipe",
    "FlipsRecipe",
    "LabelFilesRecipe",
    "LossRecipe",
    "ModalityRecipe",
    "NetworkRecipe",
    "OptimiserRecipe",
    "Recipe",
    "ScheduleRecipe",
    "TilesRecipe",
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
        frozen: parts of the network that stay as they start, by their names in it (`optical_encoder`).
    """

    name: str
    size: Optional[str] = None
    variant: Optional[str] = None
    parameters: dict[str, Any] = field(default_factory=dict)
    encoder_weights: Optional[str] = None
    sar_encoder_weights: Optional[str] = None
    start_from: Optional[str] = None
    frozen: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.frozen and not (self.start_from or self.encoder_weights or self.sar_encoder_weights):
            raise InputError(
                "The recipe gives network.frozen, but no weights to start from; expected start_from or "
                "encoder_weights, since random weights are nothing to keep. Add one of them, or leave network.frozen "
                "out."
            )
        if self.start_from is not None and (self.encoder_weights or self.sar_encoder_weights):
            raise InputError(
                "The recipe gives network.start_from and encoder weights; expected one start. Leave one of them out."
            )

    @property
    def alone(self) -> Optional[str]:
        """The one modality that the network's form looks at; None if it looks at both."""
        chosen = self.parameters.get("modality", self.variant)
        return chosen if chosen in ("optical", "sar") else None

    def keywords(self) -> dict[str, Any]:
        """Keyword arguments of `create_network` beyond band and class counts."""
        chosen = {"size": self.size, "variant": self.variant}
        return {**{key: value for key, value in chosen.items() if value is not None}, **self.parameters}


@dataclass(frozen=True, kw_only=True)
class ModalityRecipe:
    """How one modality is named, read and normalised: percentiles, then `clip`, then (v - mean) / std.

    Attributes:
        bands: in channel order; a data set folder with a `dataset.json` names them if the recipe does not.
        file_bands: their numbers in the files, from 1; None takes the first ones in order. A number may be repeated,
            as where authors feed a single SAR band three times.
        units: of the values, as in the model card (`digital_number`, `reflectance`; `amplitude`, `linear`, `db`).
        percentiles: low and high per image (scene or tile) and band, mapped to 0..1; None leaves the file's numbers.
            (0, 100) over tiles is the per-tile minimum and maximum.
        clip: range kept after that, or None.
        mean, std: fixed numbers, one per band or one for all; None takes the training images' own.
    """

    bands: tuple[Band, ...]
    file_bands: Optional[tuple[int, ...]] = None
    units: str = "digital_number"
    percentiles: Optional[tuple[float, float]] = (1.0, 99.0)
    clip: Optional[tuple[float, float]] = None
    mean: Optional[tuple[float, ...]] = None
    std: Optional[tuple[float, ...]] = None

    def __post_init__(self) -> None:
        count = len(self.bands)
        if not count:
            raise InputError("The recipe gives a modality without bands; expected one or more. Name them.")
        if self.file_bands is not None and (len(self.file_bands) != count or min(self.file_bands) < 1):
            raise InputError(
                f"The recipe's file_bands are {list(self.file_bands)} for {count} bands; expected one number from 1 "
                "for each band. Correct them."
            )
        if (self.mean is None) != (self.std is None):
            raise InputError("The recipe fixes one of mean and std; expected both or neither. Add the other.")
        for name, numbers in (("mean", self.mean), ("std", self.std)):
            if numbers is not None and len(numbers) not in (1, count):
                raise InputError(
                    f"The recipe's {name} has {len(numbers)} numbers for {count} bands; expected one per band, or one "
                    "for all. Correct it."
                )

    @property
    def numbers(self) -> tuple[int, ...]:
        """Band numbers in the files, in channel order."""
        return self.file_bands or tuple(range(1, len(self.bands) + 1))

    @property
    def statistics(self) -> Optional[tuple[tuple[float, ...], tuple[float, ...]]]:
        """The fixed mean and deviation per band, or None."""
        if self.mean is None or self.std is None:
            return None
        count = len(self.bands)
        return self.mean * (count // len(self.mean)), self.std * (count // len(self.std))


@dataclass(frozen=True, kw_only=True)
class FilesRecipe:
    """Files of one role in a folder of tiles.

    Attributes:
        folder: below the data folder; `{split}` stands for the split. Without list files it may have subfolders.
        extension: of the files, with its dot.
        token: word in the file names that says the role (`s1`); left out when the roles' files are paired.
    """

    folder: str
    extension: str = ".tif"
    token: str = ""


@dataclass(frozen=True, kw_only=True)
class LabelFilesRecipe(FilesRecipe):
    """Label files: what their numbers or colours mean.

    Attributes:
        values: number in the file -> class value, 0 = unlabelled; None: the files hold class values, 0 and 255
            unlabelled.
        colors: the files are pictures in the classes' colours.
        other: class value of a colour that no class has; 0 = unlabelled.
    """

    values: Optional[dict[int, int]] = None
    colors: bool = False
    other: int = 0


@dataclass(frozen=True, kw_only=True)
class TilesRecipe:
    """Layout of a folder of tiles; the default is what `rgbsar dataset make` writes.

    Attributes:
        optical, sar, label: where the files lie.
        split_labels: label files of a split that keeps them otherwise.
        lists: split -> text file below the data folder with one name a line, without extension; empty: a split is
            all files of its folders, paired by their names.
        hold_out: training tiles set aside as the split `val`, drawn by a fixed seed from the sorted list.
    """

    optical: FilesRecipe = FilesRecipe(folder="optical")
    sar: FilesRecipe = FilesRecipe(folder="sar")
    label: LabelFilesRecipe = LabelFilesRecipe(folder="label")
    split_labels: dict[str, LabelFilesRecipe] = field(default_factory=dict)
    lists: dict[str, str] = field(
        default_factory=lambda: {"train": "train.txt", "val": "val.txt", "test": "test.txt"}
    )
    hold_out: int = 0

    def __post_init__(self) -> None:
        check_numbers("data.tiles.hold_out", self.hold_out, least=0)


@dataclass(frozen=True, kw_only=True)
class DataRecipe:
    """Where images and labels lie; the first folder that exists is taken.

    Attributes:
        splits: CSV with the columns `scene` and `split`: the folder holds scenes; None: it holds tiles.
        polygons: of scenes: GeoJSON with the fields `scene` and `class`; None reads `<scene>_label.tif`.
        tiles: layout of a folder of tiles.
        fraction: share of the training images that is used; smaller ones lie within larger ones.
        memory_mb: tiles up to this size in memory (decoded) are read once, larger sets whenever they are drawn.
        gsd: metres on the ground, for the card.
        sources: one dictionary per source for the card (name, licence, attribution, url).
    """

    folders: tuple[str, ...]
    splits: Optional[str] = None
    polygons: Optional[str] = None
    tiles: TilesRecipe = field(default_factory=TilesRecipe)
    train_splits: tuple[str, ...] = ("train",)
    validation_splits: tuple[str, ...] = ("val",)
    fraction: float = 1.0
    memory_mb: int = 2048
    gsd: Optional[float] = None
    sources: tuple[dict[str, Any], ...] = ()

    def __post_init__(self) -> None:
        if not 0.0 < self.fraction <= 1.0:
            raise InputError(f"data.fraction is {self.fraction}; expected more than 0 and up to 1. Correct it.")
        for name in ("folders", "train_splits", "validation_splits"):
            given: tuple[str, ...] = getattr(self, name)
            if not given or len(set(given)) < len(given):
                raise InputError(f"data.{name} is {list(given)}; expected one or more, each named once. Correct it.")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One training run.

    Attributes:
        licence: of the model.
        citation: of data and protocol; the card puts the network's paper before it.
        parity: allows the authors' faults that a recipe names, and reports figures as the papers count them.
        outputs: of a network that was published with more outputs than there are classes; the others become classes
            without a label. Wants `parity`.
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
    outputs: Optional[int] = None
    augmentation: AugmentationRecipe = field(default_factory=AugmentationRecipe)
    loss: LossRecipe = field(default_factory=LossRecipe)
    optimiser: OptimiserRecipe = field(default_factory=OptimiserRecipe)
    schedule: ScheduleRecipe = field(default_factory=ScheduleRecipe)
    validation: ValidationRecipe = field(default_factory=ValidationRecipe)

    def __post_init__(self) -> None:
        check_numbers("seed", self.seed, least=0)
        if self.outputs is not None:
            self._add_classes_without_label(self.outputs)
        if len(self.classes) < 2:
            raise InputError(f"The recipe has {len(self.classes)} classes; expected two or more. Add the others.")
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

        alone = self.network.alone
        for key in {"optical": ("drop_optical", "cloud"), "sar": ("drop_sar",)}.get(alone or "", ()):
            if getattr(self.augmentation, key) > 0.0:
                image = "SAR" if alone == "sar" else "optical"
                raise InputError(
                    f"augmentation.{key} is {getattr(self.augmentation, key)}, but the network looks at the {image} "
                    "image alone, of which nothing would be left; expected 0. Leave the key out, or take a form of the "
                    "network with both inputs."
                )

    def to_json(self) -> dict[str, Any]:
        """All settings as plain data, for the record of a run."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self), default=str))
        return plain

    def _add_classes_without_label(self, outputs: int) -> None:
        count = len(self.classes)
        if not self.parity or outputs < count:
            raise InputError(
                f"outputs is {outputs} with {count} classes and parity {str(self.parity).lower()}; expected as many or "
                "more, a published fault, under parity: true alone. Remove the key, or set parity."
            )
        free = [value for value in range(1, 255) if value not in self.legend.values]
        added = (LandCoverClass(value, f"output {count + i + 1}", (0, 0, 0)) for i, value in enumerate(free))
        object.__setattr__(self, "classes", (*self.classes, *itertools.islice(added, outputs - count)))

    @property
    def legend(self) -> Legend:
        """The classes in channel order."""
        return Legend(self.classes)
