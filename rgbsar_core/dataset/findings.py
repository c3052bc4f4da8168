"""What is wrong with a data set: one finding for each kind of fault, with how often and where."""

from __future__ import annotations

from dataclasses import dataclass

ERROR, WARNING = "error", "warning"
_SHOWN = 5
# kind: (severity, what was found and what it means or what to do); {n} samples, files or classes, {where} the first
_KINDS: dict[str, tuple[str, str]] = {
    "unreadable": (
        ERROR,
        "Files that cannot be read ({n}): {where}. Export or copy them again, complex numbers as amplitude or "
        "decibels.",
    ),
    "missing": (ERROR, "Files that are missing ({n}): {where}. Add them, or take their names out of the lists."),
    "same name": (
        ERROR,
        "Files of one name in several folders of a split ({n}): {where}. Expected one of each name; rename them, or "
        "nobody can tell which belong together.",
    ),
    "unlisted": (WARNING, "Samples in no list ({n}): {where}. They will not be used."),
    "two lists": (
        ERROR,
        "Names in two lists ({n}): {where}. Expected each in one: what was learned cannot test. Remove one of the two.",
    ),
    "repeated": (ERROR, "Names that stand more than once in one list ({n}): {where}. Expected each once; remove it."),
    "no training list": (ERROR, "There is no training sample. Expected names in train.txt or files in a train folder."),
    "no validation list": (WARNING, "There is no validation sample: nothing will tell when to stop training."),
    "no lists": (
        WARNING,
        "There is neither train.txt nor val.txt; every sample was looked at as training data. Write the lists before "
        "training.",
    ),
    "size": (ERROR, "Samples whose optical, SAR and label differ in size ({n}): {where}. Cut them to the same pixels."),
    "several sizes": (WARNING, "The samples have {n} different sizes: {where}. Training crops or pads them."),
    "bands": (ERROR, "Files with another number of bands than the others ({n}): {where}. Export them alike."),
    "lacking bands": (
        ERROR,
        "Files without bands that the recipe takes ({n}): {where}. Correct the recipe's bands, or the files.",
    ),
    "label bands": (
        ERROR,
        "Labels with several bands ({n}): {where}. Expected one band of class values; convert pictures of colours to "
        "values.",
    ),
    "label colours": (
        ERROR,
        "Labels without red, green and blue ({n}): {where}. Expected pictures in the classes' colours; correct the "
        "recipe's colors, or the files.",
    ),
    "place": (
        ERROR,
        "Samples whose optical, SAR and label do not lie on the same ground ({n}): {where}. Align them again.",
    ),
    "label values": (
        ERROR,
        "Labels with values outside the class list ({n}): {where}. Correct the class list, or map these values.",
    ),
    "not finite": (
        ERROR,
        "Files with NaN or infinity that is not marked as nodata ({n}): {where}. One such number ruins a network: fill "
        "them, or set nodata to NaN.",
    ),
    "empty": (WARNING, "Files without a valid pixel ({n}): {where}. Leave these samples out."),
    "constant": (WARNING, "Files with a band of one single value ({n}): {where}. Look whether the image is missing."),
    "constant band": (ERROR, "Bands that have one single value in all training samples: {where}. Leave them out."),
    "unlabelled": (WARNING, "Samples without a labelled pixel ({n}): {where}. They teach nothing."),
    "one class": (ERROR, "Only one class has labels in the training samples: {where}. Expected two or more."),
    "absent in training": (ERROR, "Classes without a pixel in the training samples ({n}): {where}. Label some."),
    "absent elsewhere": (WARNING, "Classes that cannot be scored, for want of labels ({n}): {where}."),
    "rare": (
        WARNING,
        "Classes with less than 0.1 % of the training labels ({n}): {where}. Label more, or weight them.",
    ),
    "touching": (
        WARNING,
        "Samples that touch one of another list ({n}): {where}. Neighbours look alike, so scores will be too high. "
        "Split by blocks with a gap.",
    ),
    "shift": (WARNING, "Optical and SAR do not lie on each other: {where}. Check the alignment."),
}


@dataclass(frozen=True)
class Finding:
    """One kind of fault.

    Args:
        kind: key of the kind.
        severity: "error" if training would fail or lie, "warning" if it would suffer.
        count: how often.
        where: the first places.
        text: sentence for the user.
    """

    kind: str
    severity: str
    count: int
    where: tuple[str, ...]
    text: str


class Findings:
    """Collects faults while samples pass; memory does not grow with their number."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._where: dict[str, list[str]] = {}

    def add(self, kind: str, where: str = "") -> None:
        """Note a fault."""
        self._counts[kind] = self._counts.get(kind, 0) + 1
        places = self._where.setdefault(kind, [])
        if len(places) <= _SHOWN and where:
            places.append(where)

    def sorted(self) -> tuple[Finding, ...]:
        """Errors first, each group in the order of the table above."""
        found = [self._finding(kind) for kind in _KINDS if kind in self._counts]
        return tuple(sorted(found, key=lambda finding: finding.severity != ERROR))

    def _finding(self, kind: str) -> Finding:
        severity, sentence = _KINDS[kind]
        count, places = self._counts[kind], self._where.get(kind, [])
        shown = "; ".join(places[:_SHOWN]) + ("; ..." if count > _SHOWN else "")
        return Finding(kind, severity, count, tuple(places[:_SHOWN]), sentence.format(n=f"{count:,}", where=shown))
