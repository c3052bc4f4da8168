"""What is wrong with a data set, said before an hour of training is lost; it is read tile by tile."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Optional

import numpy as np

from ..callbacks import IsCancelled, Progress
from ..class_colors import COLORS
from ..errors import GridMismatchError, InputError, OperationCancelled, RasterIOError
from ..raster.grid import invert_affine, lattice_offset
from ..raster.writer import check_writable
from ..text_files import publish_texts
from .band_statistics import RunningStatistics
from .check_job import NO_CLASS, BandFacts, CheckParameters, CheckResult, LabelClass, SplitFacts
from .check_report import html_report
from .description import DatasetDescription
from .findings import Findings
from .folder import Sample, SampleFolder, open_folder
from .label_code import UNKNOWN
from .neighbours import PlacedTile, placed_tile, touching_tiles
from .shift import ShiftMeter
from .tile_file import TileFile

__all__ = ["CheckParameters", "CheckResult", "check_dataset"]
FindSamples = Callable[[Findings], SampleFolder]
_SHIFT_SAMPLES = 64
_LARGEST_SHIFT = 2.0
_RARE_SHARE = 0.001


def check_dataset(
    parameters: CheckParameters,
    progress: Optional[Progress] = None,
    is_cancelled: Optional[IsCancelled] = None,
    find_samples: Optional[FindSamples] = None,
) -> CheckResult:
    """Read every sample of a folder and say what would spoil training or make it suffer.

    Args:
        parameters: the job.
        progress: called with the share done (0..1) and a sentence for the user.
        is_cancelled: asked before each sample; True stops the job.
        find_samples: opens a folder of another layout and tells what is wrong with its lists.

    Raises:
        InputError: no folder, no layout that is known, a report that cannot be written.
        ClassMapError: the class list of `dataset.json` cannot be used.
        RasterIOError: the report could not be written.
        OperationCancelled: `is_cancelled` returned True; nothing was written.
    """
    started = time.perf_counter()
    say: Progress = progress or (lambda share, text: None)
    stop: IsCancelled = is_cancelled or (lambda: False)
    if parameters.report:
        _refuse_report(parameters.report, parameters.folder)
    findings = Findings()
    say(0.0, "Looking for samples")
    folders = {"optical": parameters.optical_folder, "sar": parameters.sar_folder, "label": parameters.label_folder}
    folder = find_samples(findings) if find_samples else open_folder(parameters.folder, folders, findings)
    survey = _Survey(parameters, folder, findings)
    samples = folder.samples
    for number, (split, sample) in enumerate(samples):
        if stop():
            raise OperationCancelled("Checking was cancelled.")
        say(number / len(samples), f"Reading samples: {number + 1} of {len(samples)}")
        survey.look(split, sample)
    result = survey.result(time.perf_counter() - started)
    if parameters.report:
        say(1.0, "Writing the report")
        publish_texts({parameters.report: html_report(result, folder, parameters.pictures, survey.ignore)})
    return result


def _refuse_report(report: str, folder: str) -> None:
    """Refuse a report that cannot be written, or that would take the place of a part of the data set."""
    check_writable(report)
    root = os.path.realpath(folder)
    inside = os.path.realpath(report).startswith(os.path.join(root, ""))
    if inside and not report.lower().endswith((".html", ".htm")):
        raise InputError(
            f"The report '{report}' lies in the data set and could take the place of one of its files; expected a name "
            "that ends in .html. Choose one."
        )


class _Survey:
    """Collects facts and faults while the samples pass."""

    def __init__(self, parameters: CheckParameters, folder: SampleFolder, findings: Findings) -> None:
        self._parameters, self._folder, self._findings = parameters, folder, findings
        self.ignore = _ignored(parameters, folder.description)
        self._allowed = _allowed(parameters, folder.description)
        self._counts = {split: np.zeros(256, np.int64) for split in folder.splits}
        self._sizes: dict[tuple[int, int], str] = {}
        self._bands: dict[str, int] = {}
        self._statistics: dict[str, RunningStatistics] = {}
        self._placed: list[PlacedTile] = []
        self._shift = ShiftMeter()
        train = [sample for split, sample in folder.samples if split in folder.training]
        self._told = {sample.name for sample in train[:: max(1, len(train) // _SHIFT_SAMPLES)][:_SHIFT_SAMPLES]}

    def look(self, split: str, sample: Sample) -> None:
        """Read one sample."""
        images: dict[str, TileFile] = {}
        for role in ("optical", "sar", "label"):
            try:
                images[role] = self._folder.read(sample, role)
            except RasterIOError:
                self._findings.add("unreadable", f"{role} of {sample.name}")
        if len(images) < 3:
            return
        sizes = {role: image.size for role, image in images.items()}
        if len(set(sizes.values())) > 1:
            shown = ", ".join(f"{role} {width} x {height}" for role, (height, width) in sizes.items())
            self._findings.add("size", f"{sample.name} ({shown})")
        else:
            self._sizes.setdefault(sizes["label"], sample.name)
            self._place(split, sample, images)
        for role in ("optical", "sar"):
            self._look_at_image(split, role, sample, images[role])
        self._look_at_labels(split, sample, images["label"])
        if split in self._folder.training and sample.name in self._told and len(set(sizes.values())) == 1:
            valid = images["optical"].valid & images["sar"].valid
            self._shift.look(images["optical"].pixels, images["sar"].pixels, valid)

    def _place(self, split: str, sample: Sample, images: dict[str, TileFile]) -> None:
        grids = [image.grid for image in images.values() if image.grid is not None]
        try:
            for grid in grids:
                invert_affine(grid.geotransform)
            apart = any(lattice_offset(grids[0], other) != (0, 0) for other in grids[1:])
        except GridMismatchError:  # a place that cannot be
            self._findings.add("place", sample.name)
            return
        if apart:
            self._findings.add("place", sample.name)
        if grids:
            self._placed.append(placed_tile(split, sample.name, grids[0]))

    def _look_at_image(self, split: str, role: str, sample: Sample, image: TileFile) -> None:
        where = f"{role} of {sample.name}"
        needed, count = self._folder.bands.get(role), len(image.pixels)
        if needed is not None and count < max(needed):
            self._findings.add("lacking bands", f"{where} ({count}, expected {max(needed)})")
            return
        image = self._folder.chosen(role, image)
        numbers, count = needed or tuple(range(1, count + 1)), len(image.pixels)
        if self._bands.setdefault(role, count) != count:
            self._findings.add("bands", f"{where} ({count}, expected {self._bands[role]})")
            return
        if image.unmarked:
            self._findings.add("not finite", where)
        values = image.pixels[:, image.valid]
        if not values.size:
            self._findings.add("empty", where)
            return
        flat = [str(number) for number, band in zip(numbers, values) if band.min() == band.max()]
        if flat:
            self._findings.add("constant", f"{where} (band {', '.join(flat)})")
        if split in self._folder.training:
            self._statistics.setdefault(role, RunningStatistics(count)).add(values)

    def _look_at_labels(self, split: str, sample: Sample, image: TileFile) -> None:
        code = self._folder.code(split)
        if not code.fits(len(image.pixels)):
            kind = "label bands" if code.colors is None else "label colours"
            self._findings.add(kind, f"{sample.name} ({len(image.pixels)})")
            return
        labels = code.class_values(image.pixels)
        known = labels != UNKNOWN
        counts = np.bincount(labels[known], minlength=256)
        allowed = known if self._allowed is None else known & np.isin(labels, [*self._allowed, self.ignore])
        if not allowed.all():
            wrong = sorted({f"{value:g}" for value in np.unique(image.pixels[0][~allowed])[:5]})
            self._findings.add("label values", f"{sample.name} ({', '.join(wrong)})")
        self._counts[split] += counts
        if counts.sum() == counts[self.ignore]:
            self._findings.add("unlabelled", sample.name)

    def result(self, seconds: float) -> CheckResult:
        """What was found in all."""
        classes = self._classes()
        splits = []
        for split, samples in self._folder.splits.items():
            counts = self._counts[split]
            pixels = tuple(int(counts[entry.value]) for entry in classes)
            splits.append(SplitFacts(split, len(samples), pixels, int(counts[self.ignore])))
        facts = {role: self._facts(role) for role in ("optical", "sar")}
        shift = self._shift.result()
        self._judge(classes, splits, facts)
        if shift is not None and shift.certain and shift.pixels > _LARGEST_SHIFT:
            self._findings.add("shift", f"{shift.row:+.1f} pixels down, {shift.column:+.1f} to the right")
        return CheckResult(
            folder=self._parameters.folder,
            layout=self._folder.layout,
            findings=self._findings.sorted(),
            classes=classes,
            splits=tuple(splits),
            optical=facts["optical"],
            sar=facts["sar"],
            shift=shift,
            report=self._parameters.report,
            seconds=seconds,
        )

    def _judge(
        self, classes: tuple[LabelClass, ...], splits: list[SplitFacts], facts: dict[str, tuple[BandFacts, ...]]
    ) -> None:
        """What only all samples together tell."""
        if len(self._sizes) > 1:
            for (height, width), name in self._sizes.items():
                self._findings.add("several sizes", f"{width} x {height} ({name})")
        for role, bands in facts.items():
            for band in bands:
                if band.minimum == band.maximum:
                    self._findings.add("constant band", f"{role} {band.name}")
        first = {tile: other for tile, other in reversed(list(touching_tiles(self._placed)))}
        for tile, other in sorted(first.items(), key=lambda pair: (pair[0].split, pair[0].name)):
            self._findings.add("touching", f"{tile.name} ({tile.split}) and {other.name} ({other.split})")
        self._judge_balance(classes, splits)

    def _judge_balance(self, classes: tuple[LabelClass, ...], splits: list[SplitFacts]) -> None:
        """Classes that are rare or missing in what is learned from, or elsewhere."""
        learned = np.zeros(len(classes), np.int64)
        for split in splits:
            learned += np.array(split.pixels, np.int64) * (split.name in self._folder.training)
        total = int(learned.sum())
        for entry, pixels in zip(classes, learned.tolist()):
            if total and pixels == 0:
                self._findings.add("absent in training", entry.name)
            elif pixels < _RARE_SHARE * total:
                self._findings.add("rare", f"{entry.name} ({100 * pixels / total:.3f} %)")
        if np.count_nonzero(learned) == 1:
            self._findings.add("one class", classes[int(np.flatnonzero(learned)[0])].name)
        for split in splits:
            if split.samples and not (total and split.name in self._folder.training):
                for entry, pixels in zip(classes, split.pixels):
                    if pixels == 0:
                        self._findings.add("absent elsewhere", f"{entry.name} in {split.name}")

    def _classes(self) -> tuple[LabelClass, ...]:
        described = self._folder.description
        if described is not None and self._parameters.values is None:
            return tuple(LabelClass(entry.value, entry.name, entry.color) for entry in described.legend.classes)
        found = np.flatnonzero(sum(self._counts.values(), np.zeros(256, np.int64))).tolist()
        values = self._allowed if self._allowed is not None else found
        return tuple(
            LabelClass(value, f"class {value}", COLORS[k % len(COLORS)])
            for k, value in enumerate(value for value in values if value != self.ignore)
        )

    def _facts(self, role: str) -> tuple[BandFacts, ...]:
        if role not in self._statistics:
            return ()
        described = self._folder.description
        bands = getattr(described, role).bands if described is not None else ()
        count = self._bands[role]
        if len(bands) == count:
            names = [band.name for band in bands]
        else:
            names = [f"band {number + 1}" for number in range(count)]
        return self._statistics[role].facts(names)


def _ignored(parameters: CheckParameters, described: Optional[DatasetDescription]) -> int:
    if parameters.ignore is not None:
        return parameters.ignore
    return NO_CLASS if described is None else described.ignore_value


def _allowed(parameters: CheckParameters, described: Optional[DatasetDescription]) -> Optional[tuple[int, ...]]:
    if parameters.values is not None:
        return parameters.values
    return None if described is None else described.legend.values
