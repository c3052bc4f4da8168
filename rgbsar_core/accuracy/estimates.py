"""From the units of a sample to accuracies and areas of the whole map: which estimator fits, and what to warn of."""

from __future__ import annotations

from typing import Optional

import numpy as np
from numpy.typing import NDArray

from ..metrics import confusion_matrix
from ..results import ClassArea
from .area_estimates import AreaEstimates, estimate_areas
from .reference import PointReference, Reference
from .sample_record import SampleRecord
from .stratified_estimates import estimate_from_strata

_SAME_AREA = 0.01

Estimates = tuple[Optional[AreaEstimates], str, list[str]]


def estimate_map(
    reference: Reference, probability_sample: str, areas: tuple[ClassArea, ...], matrix: NDArray[np.int64]
) -> Estimates:
    """Estimate accuracies and areas of the whole map, as far as the way the reference was made allows it.

    Args:
        reference: after all rows of the map have passed.
        probability_sample: "yes", "no" or "auto".
        areas: (K) classes of the map.
        matrix: (K, K) units counted, `[reference, map]`.

    Returns:
        The estimates, areas in hectares, or None; the strata they rest on; warnings.
    """
    record = reference.record if isinstance(reference, PointReference) else None
    if probability_sample == "no" or (probability_sample == "auto" and record is None):
        share = float(matrix.sum()) / sum(area.pixels for area in areas)
        return None, "", [_no_probability_sample(reference.kind, share)]
    if record is not None and isinstance(reference, PointReference):
        return _from_record(record, reference, areas)
    return _from_map_classes(matrix, areas)


def _from_map_classes(matrix: NDArray[np.int64], areas: tuple[ClassArea, ...]) -> Estimates:
    """The map's classes are the strata: Olofsson's estimators."""
    counts = dict(zip((area.name for area in areas), matrix.sum(axis=0)))
    missing = [area.name for area in areas if area.pixels and counts[area.name] == 0]
    if missing:
        return None, "", [_empty_stratum(missing)]
    complete = matrix.sum(axis=0) >= [area.pixels for area in areas]
    return estimate_areas(matrix, [area.hectares for area in areas], complete), "map classes", []


def _from_record(record: SampleRecord, reference: PointReference, areas: tuple[ClassArea, ...]) -> Estimates:
    """The strata the sample remembers: Olofsson's estimators if they are this map's classes, else Stehman's."""
    drawn_ids = (reference.ids >= 1) & (reference.ids <= len(record.unit_strata))
    ids, first = np.unique(reference.ids, return_index=True)
    known = first[np.isin(ids, reference.ids[drawn_ids])]  # each unit once
    strangers, again = int((~drawn_ids).sum()), int(drawn_ids.sum()) - len(known)
    warnings = []
    if strangers:
        warnings.append(f"Points that were not drawn with the sample, left out of the estimates: {strangers}.")
    if again:
        warnings.append(f"Points that repeat the id of another, left out of the estimates: {again}.")
    values = [area.value for area in areas]
    drawn = np.array(record.unit_strata)[reference.ids[known] - 1]
    found, mapped = reference.reference[known], reference.mapped[known]
    index = np.zeros(256, np.int64)
    index[values] = np.arange(len(values))
    if np.array_equal(drawn, mapped) and _sizes(record) == {a.value: a.pixels for a in areas if a.pixels}:
        matrix = confusion_matrix(index[found], index[mapped], len(values))
        estimates, strata, more = _from_map_classes(matrix, areas)
        return estimates, strata, warnings + more
    hectares, sampled = sum(area.hectares for area in areas), sum(stratum.hectares for stratum in record.strata)
    if (mapped == 0).any() or abs(hectares - sampled) > _SAME_AREA * sampled:
        warnings.append(
            f"The sample was drawn from '{record.map_name}' ({sampled:,.0f} ha); this map covers other ground "
            f"({hectares:,.0f} ha), so that no estimates can be given for it. Assess the map the sample was drawn "
            "from, or draw a new sample."
        )
        return None, "", warnings
    missing = [s.name for s in record.strata if s.pixels and s.value not in drawn]
    if missing:
        return None, "", [*warnings, _empty_stratum(missing)]
    strata_index = {stratum.value: number for number, stratum in enumerate(record.strata)}
    numbers = np.array([strata_index[int(value)] for value in drawn])
    estimates = estimate_from_strata(
        index[found],
        index[mapped],
        numbers,
        [stratum.hectares for stratum in record.strata],
        [area.hectares for area in areas],
        np.bincount(numbers, minlength=len(record.strata)) >= [stratum.pixels for stratum in record.strata],
    )
    return estimates, f"strata of the sample, drawn from '{record.map_name}'", warnings


def _sizes(record: SampleRecord) -> dict[int, int]:
    return {stratum.value: stratum.pixels for stratum in record.strata if stratum.pixels}


def _empty_stratum(names: list[str]) -> str:
    return (
        f"No labelled point lies in {', '.join(names)}, although the sample stands for that ground too: no estimates "
        "for the whole map. Label two or more points in each class."
    )


def _no_probability_sample(kind: str, share: float) -> str:
    """Why there are no estimates for the whole map."""
    if kind == "raster" and share > 0.9999:
        return (
            "The reference covers the whole map: figures have no sampling error, but its own errors count as the map's."
        )
    if kind == "raster":
        return (
            f"The reference covers {100 * share:.2g} % of the mapped pixels and is not known to be a probability "
            "sample: figures describe that part, not the whole map."
        )
    if kind == "polygons":
        return (
            "Polygons are no probability sample: somebody chose them, and their pixels are neighbours. Figures "
            "describe these pixels, not the whole map. For areas and confidence intervals, design a sample and label "
            "its points."
        )
    return (
        "The points are not known to be a probability sample: figures describe these points, not the whole map. If "
        "they were drawn at random, over the whole map or within each of its classes, say so (probability sample: yes)."
    )
