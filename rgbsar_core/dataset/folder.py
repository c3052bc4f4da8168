"""Which files of a folder belong together, in ASANet's layout or in AMM-FuseNet's.

ASANet's: folders of optical, SAR and label tiles with the same names, and lists `train.txt`, `val.txt`, `test.txt` of
names without extension. AMM-FuseNet's: `s1_dir`, `s2_dir` and `ann_dir`, each with folders `train`, `val` and
`test`; the files' names differ by the words s1, s2 and lc (or dfc).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from ..errors import InputError
from .description import DatasetDescription, read_description
from .findings import Findings
from .label_code import LabelCode
from .make_job import SPLITS
from .name_list import IMAGES, list_names
from .tile_file import TileFile, read_tile

ROLES = ("optical", "sar", "label")
_FOLDERS = {
    "optical": ("optical", "rgb", "gf2", "opt", "opt_dir"),
    "sar": ("sar", "gf3", "sar_dir"),
    "label": ("label", "labels", "lbl", "ann_dir"),
}
AMM_LAYOUT = "AMM-FuseNet"
BY_RECIPE = "python -m training.check RECIPE"
_AMM_FOLDERS = {"optical": "s2_dir", "sar": "s1_dir", "label": "ann_dir"}
_TOKEN = re.compile(r"(?<![a-z0-9])(s1|s2|lc|dfc)(?![a-z0-9])", re.IGNORECASE)


@dataclass(frozen=True)
class Sample:
    """Three files that show the same place."""

    name: str
    optical: Path
    sar: Path
    label: Path


@dataclass(frozen=True)
class SampleFolder:
    """A folder of samples.

    Args:
        layout: "ASANet", `AMM_LAYOUT`, or another that the caller knows.
        splits: complete samples of each list, in its order.
        description: what `dataset.json` says, or None.
        bands: numbers, from 1, of the bands of a modality that are looked at, where these are not all.
        codes: how a split's labels are stored, where not as class values.
        training: splits that are trained on.
    """

    layout: str
    splits: dict[str, tuple[Sample, ...]]
    description: Optional[DatasetDescription]
    bands: dict[str, tuple[int, ...]] = field(default_factory=dict)
    codes: dict[str, LabelCode] = field(default_factory=dict)
    training: tuple[str, ...] = ("train",)

    @property
    def samples(self) -> list[tuple[str, Sample]]:
        """Split and sample, one after the other."""
        return [(split, sample) for split, samples in self.splits.items() for sample in samples]

    def code(self, split: str) -> LabelCode:
        """How the labels of a split are stored."""
        return self.codes.get(split, LabelCode())

    def read(self, sample: Sample, role: str) -> TileFile:
        """One file of a sample, whole.

        Raises:
            RasterIOError: it cannot be read.
        """
        return read_tile(getattr(sample, role))

    def chosen(self, role: str, tile: TileFile) -> TileFile:
        """The bands of a tile that are looked at; all it has if it lacks one of them."""
        numbers = self.bands.get(role)
        return tile if numbers is None or max(numbers) > len(tile.pixels) else tile.chosen(numbers)


def open_folder(path: str, folders: dict[str, Optional[str]], findings: Findings) -> SampleFolder:
    """Find the samples of a folder; missing, repeated and unlisted ones become findings.

    Args:
        path: the folder.
        folders: names of the folders of `ROLES`, where the user gives them.
        findings: takes what is wrong.

    Raises:
        InputError: no such folder, or no layout that is known.
        ClassMapError: the class list of `dataset.json` cannot be used.
    """
    root = Path(path)
    if not root.is_dir():
        raise InputError(f"The folder '{path}' was not found; expected a data set. Check the path.")
    described = read_description(root)
    if described is None and not any(folders.values()) and all((root / f).is_dir() for f in _AMM_FOLDERS.values()):
        return _amm_folder(root, findings)
    if described is not None:
        own = {
            "optical": described.optical.folder,
            "sar": described.sar.folder,
            "label": described.label_folder,
        }
        folders = {role: folders.get(role) or own[role] for role in ROLES}
    chosen = {role: _choose(root, role, folders.get(role)) for role in ROLES}
    files = {role: _by_stem(chosen[role].iterdir()) for role in ROLES}
    lists = {split: list_names(root / f"{split}.txt") for split in SPLITS if (root / f"{split}.txt").is_file()}
    if not lists:
        findings.add("no lists")
        lists = {"train": sorted(set().union(*files.values()))}
    splits = {split: complete_samples(names, files, findings) for split, names in lists.items()}
    check_lists(lists, files, findings)
    return SampleFolder("ASANet", splits, described)


def _amm_folder(root: Path, findings: Findings) -> SampleFolder:
    splits: dict[str, tuple[Sample, ...]] = {}
    for split in SPLITS:
        parts = {role: root / name / split for role, name in _AMM_FOLDERS.items()}
        if not any(part.is_dir() for part in parts.values()):
            continue
        found = {role: sorted(_images(part.rglob("*"))) for role, part in parts.items()}
        files = {role: {_paired(path.stem): path for path in reversed(paths)} for role, paths in found.items()}
        for role, paths in found.items():
            for path in (path for path in paths if files[role][_paired(path.stem)] != path):
                findings.add("same name", f"{role} {path.relative_to(root)}")
        splits[split] = complete_samples(sorted(set().union(*files.values())), files, findings)
    lists = {split: [sample.name for sample in samples] for split, samples in splits.items()}
    check_lists(lists, {}, findings)
    return SampleFolder(AMM_LAYOUT, splits, None)


def _choose(root: Path, role: str, given: Optional[str]) -> Path:
    present = {folder.name.lower(): folder for folder in sorted(root.iterdir()) if folder.is_dir()}
    if given is not None:
        folder = root / given
        if os.path.isdir(folder):  # unlike Path's, it takes names that are too long
            return folder
    else:
        for name in _FOLDERS[role]:
            if name in present:
                return present[name]
    found = ", ".join(folder.name for folder in present.values()) or "none"
    expected = given or " or ".join(_FOLDERS[role])
    what = "SAR" if role == "sar" else role
    raise InputError(
        f"'{root}' has no folder for the {what} tiles; its folders are: {found}; expected {expected} (or s1_dir, "
        "s2_dir and ann_dir). Choose the data set's root, or name the folder; a published data set in a layout of its "
        f"own is checked by its recipe: {BY_RECIPE}."
    )


def _by_stem(files: Iterable[Path]) -> dict[str, Path]:
    """Image files by their name without extension."""
    return {path.stem: path for path in sorted(_images(files), reverse=True)}


def _images(files: Iterable[Path]) -> Iterator[Path]:
    return (path for path in files if path.suffix.lower() in IMAGES and not path.name.startswith("."))


def _paired(stem: str) -> str:
    """A name without what tells the modality: `a_s1_7` and `a_lc_7` are one sample."""
    return _TOKEN.sub("*", stem)


def complete_samples(
    names: Iterable[str], files: dict[str, dict[str, Path]], findings: Findings
) -> tuple[Sample, ...]:
    """The samples of which all three files are there; `files` by role and name."""
    samples = []
    for name in dict.fromkeys(names):
        missing = [role for role in ROLES if name not in files[role]]
        for role in missing:
            findings.add("missing", f"{role} of {name}")
        if not missing:
            samples.append(Sample(name, *(files[role][name] for role in ROLES)))
    return tuple(samples)


def check_lists(
    lists: dict[str, list[str]],
    files: dict[str, dict[str, Path]],
    findings: Findings,
    validation: str = "val",
    training: Sequence[str] = ("train",),
) -> None:
    """Find names that stand in two lists, twice in one or in none, and lists that are missing.

    Args:
        lists: names by split.
        files: by role and name; empty where every file is in a list.
        findings: takes what is wrong.
        validation: split to validate on.
        training: splits to train on.
    """
    owner: dict[str, str] = {}
    for split, names in lists.items():
        own: set[str] = set()
        for name in names:
            if name in own:
                findings.add("repeated", f"{name} in {split}")
            elif name in owner:
                findings.add("two lists", f"{name} in {owner[name]} and {split}")
            own.add(name)
            owner.setdefault(name, split)
    for name in sorted(set().union(*files.values()) - set(owner)) if files else []:
        findings.add("unlisted", name)
    if not any(lists.get(split) for split in training):
        findings.add("no training list")
    if not lists.get(validation):
        findings.add("no validation list")
