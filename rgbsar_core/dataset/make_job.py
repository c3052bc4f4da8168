"""What making a data set is asked to do, and what it tells when it is done."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any, Optional

from ..class_matching import plain_name
from ..errors import ClassMapError, InputError
from ..legend import Legend
from ..parameters import ClassificationParameters, Extent

SPLITS = ("train", "val", "test")
DEFAULT_TILE = 256
DEFAULT_SHARES = (0.7, 0.15, 0.15)
DEFAULT_LEAST_LABELLED = 0.01
_TILES = (32, 4096)
_LARGEST_SHARE, _LARGEST_SCALE = 1e6, 1e12
_NO_MODEL = "none"


@dataclass(frozen=True)
class SceneFiles:
    """One place.

    Args:
        optical, sar: raster files (anything GDAL opens).
        labels: polygons with a class (`|layername=...` chooses a layer), or a class raster.
        name: first part of the tiles' names; empty takes the optical file's.
    """

    optical: str
    sar: str
    labels: str
    name: str = ""


@dataclass(frozen=True)
class MakeParameters:
    """One data set to make.

    Args:
        scenes: places it is made of.
        output: folder to make.
        field: attribute of polygons that holds the class, as name or value; None takes `label`.
        label_band: of class rasters.
        classes: the classes, where the labels shall not decide; None takes those the labels have.
        optical_bands, sar_bands: 1-based band numbers; None takes all.
        optical_scale, optical_offset: reflectance = number * scale + offset; None takes the file's.
        sar_units: units of the SAR rasters; `auto` decides and says what it assumed.
        grid: whose pixels the tiles have, `optical` or `sar`.
        gsd: pixel size in units of that grid's CRS; None keeps the grid's own.
        extent: ground to take tiles from; None takes all common ground.
        mask: polygon file; labels outside are not used.
        resampling: for the raster that is warped.
        tile_size: side of a tile, pixels.
        block_tiles: side of a block of tiles that stay in one split, tiles; None takes the largest up to 4 that
            leaves enough blocks to choose from.
        gap: pixels left out between blocks; None takes a quarter of a tile.
        shares: of train, val and test; they need not sum to 1. 0 leaves val or test out.
        least_labelled: share of a tile's pixels that must have a class, else the tile is left out.
        seed: of the random numbers.

    Raises:
        InputError: numbers that cannot be.
        ClassMapError: two classes of one name.
    """

    scenes: tuple[SceneFiles, ...]
    output: str
    field: Optional[str] = None
    label_band: int = 1
    classes: Optional[Legend] = None
    optical_bands: Optional[tuple[int, ...]] = None
    sar_bands: Optional[tuple[int, ...]] = None
    optical_scale: Optional[float] = None
    optical_offset: Optional[float] = None
    sar_units: str = "auto"
    grid: str = "optical"
    gsd: Optional[float] = None
    extent: Optional[Extent] = None
    mask: Optional[str] = None
    resampling: str = "bilinear"
    tile_size: int = DEFAULT_TILE
    block_tiles: Optional[int] = None
    gap: Optional[int] = None
    shares: tuple[float, float, float] = DEFAULT_SHARES
    least_labelled: float = DEFAULT_LEAST_LABELLED
    seed: int = 1

    def __post_init__(self) -> None:
        if not self.scenes:
            raise InputError("No scene was given; expected an optical, a SAR and a label layer. Choose them.")
        numbers: tuple[tuple[str, Optional[float], float, float], ...] = (
            ("tile size", self.tile_size, *_TILES),
            ("side of a block", self.block_tiles, 1, 1000),
            ("gap between blocks", self.gap, 1, 100_000),
            ("least labelled share", self.least_labelled, 0, 1),
            ("seed", self.seed, 0, 2**31 - 1),
            ("label band", self.label_band, 1, 65536),
            ("optical scale", self.optical_scale, -_LARGEST_SCALE, _LARGEST_SCALE),
            ("optical offset", self.optical_offset, -_LARGEST_SCALE, _LARGEST_SCALE),
        )
        for what, value, lowest, highest in numbers:
            if value is not None and not lowest <= value <= highest:
                raise InputError(
                    f"The {what} is {value}; expected a number from {lowest} to {highest}. Choose another."
                )
        shares = self.shares
        if len(shares) != 3 or not all(0 <= share <= _LARGEST_SHARE for share in shares) or shares[0] == 0:
            raise InputError(
                f"The shares of train, val and test are {', '.join(map(str, shares))}; expected three numbers such as "
                "0.7, 0.15, 0.15, that of train above zero. Correct them."
            )
        if self.classes is not None:
            names = Counter(map(plain_name, self.classes.names))
            twice = next((name for name in self.classes.names if names[plain_name(name)] > 1), None)
            if twice is not None:
                raise ClassMapError(
                    f"The class name '{twice}' stands more than once in the list of classes; expected a name for each "
                    "class. Rename one of them."
                )
        for scene in self.scenes:
            self.alignment(scene)

    @property
    def gap_pixels(self) -> int:
        """Pixels left out between blocks."""
        return self.tile_size // 4 if self.gap is None else self.gap

    @property
    def split_shares(self) -> tuple[float, float, float]:
        """Shares that sum to 1."""
        total = sum(self.shares)
        train, val, test = (share / total for share in self.shares)
        return train, val, test

    def alignment(self, scene: SceneFiles) -> ClassificationParameters:
        """The same scene as a job of classifying: both put layers on one grid in the same way.

        Raises:
            InputError: options that cannot be.
        """
        return ClassificationParameters(
            optical=scene.optical,
            sar=scene.sar,
            model=_NO_MODEL,  # aligning looks at neither model nor output
            output=self.output or _NO_MODEL,
            optical_bands=self.optical_bands,
            sar_bands=self.sar_bands,
            optical_scale=self.optical_scale,
            optical_offset=self.optical_offset,
            sar_units=self.sar_units,
            grid=self.grid,
            gsd=self.gsd,
            extent=self.extent,
            mask=self.mask,
            resampling=self.resampling,
        )


@dataclass(frozen=True)
class SplitCount:
    """One split of a data set: its tiles, blocks, and labelled pixels of each class in the legend's order."""

    name: str
    tiles: int
    blocks: int
    pixels: tuple[int, ...]


@dataclass(frozen=True)
class MakeResult:
    """A finished data set.

    Attributes:
        path: its folder.
        legend: its classes.
        splits: train, val and test.
        block_tiles: side of a block, tiles.
        tile_size: side of a tile, pixels.
        left_out: tiles with some labels, but fewer than asked for.
        seconds: time taken.
        assumptions, warnings: sentences for the user.
    """

    path: str
    legend: Legend
    splits: tuple[SplitCount, ...]
    block_tiles: int
    tile_size: int
    left_out: int
    seconds: float
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def tiles(self) -> int:
        """Tiles in all splits."""
        return sum(split.tiles for split in self.splits)

    def to_json(self) -> dict[str, Any]:
        """Plain data for `--json`; pixels by class name."""
        splits = {
            split.name: {
                "tiles": split.tiles,
                "blocks": split.blocks,
                "pixels": dict(zip(self.legend.names, split.pixels)),
            }
            for split in self.splits
        }
        return {**asdict(self), "legend": self.legend.to_json(), "splits": splits}

    def summary_lines(self) -> list[str]:
        """What the log says at the end: tiles of each split, then the pixels of each class in each split."""
        side = f"{self.tile_size} x {self.tile_size} pixels"
        lines = [*self.assumptions, f"{self.tiles:,} tiles of {side}, {self.left_out:,} left out for too few labels"]
        for split in self.splits:
            size = f"{split.tiles:,} tiles in {split.blocks:,} blocks"
            lines.append(f"{split.name}: {size}, {sum(split.pixels):,} labelled pixels")
        for k, name in enumerate(self.legend.names):
            counts = [split.pixels[k] for split in self.splits]
            total = max(sum(counts), 1)
            shares = ", ".join(
                f"{split.name} {count:,} ({100 * count / total:.0f} %)" for split, count in zip(self.splits, counts)
            )
            lines.append(f"{name}: {shares}")
        return lines
