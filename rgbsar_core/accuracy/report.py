"""What an assessment says: log lines, one table as CSV, one page as HTML."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from ..charts import interval_chart, round_top
from ..page import html_page
from .area_estimates import Z_95, AreaEstimates, Numbers
from .result import AccuracyResult

_SOURCES = """
<p class=note>Rows of the confusion matrix are the reference, columns the map. User's accuracy: share of what is mapped
as a class that is one (precision). Producer's accuracy: share of a class that is mapped as one (recall). F1: their
harmonic mean. IoU: right / (mapped + reference - right). Kappa: agreement beyond chance; it depends on how common the
classes are and adds little to the overall accuracy (Pontius and Millones 2011). A dash: nothing to divide by.</p>
<p class=note>Congalton and Green, Assessing the Accuracy of Remotely Sensed Data, 2019. Olofsson et al., Remote Sensing
of Environment 148, 2014, doi:10.1016/j.rse.2014.02.015. Stehman, International Journal of Remote Sensing 35(13), 2014,
doi:10.1080/01431161.2014.930207.</p>
"""


def summary_lines(result: AccuracyResult) -> list[str]:
    """The figures for log and terminal."""
    measures, found = result.measures, result.estimates
    lines = [
        f"{result.units:,} {result.unit_name} compared, classes found by {result.matched[:-1]}",
        f"overall accuracy {_share(measures.overall)}, kappa {_number(measures.kappa)}, mean IoU "
        f"{_number(measures.mean_iou)}, mean F1 {_number(measures.mean_f1)} (as counted)",
    ]
    if found:
        lines.append(f"overall accuracy of the map {_interval(found.overall, found.overall_error)} (95 % confidence)")
    for k, area in enumerate(result.areas):
        if found:
            users = _interval(found.users[k], found.users_errors[k])
            producers = _interval(found.producers[k], found.producers_errors[k])
            size = f", {_size(found.areas[k], found.area_errors[k])} ha (mapped {area.hectares:,.1f} ha)"
        else:
            users, producers, size = _share(measures.users[k]), _share(measures.producers[k]), ""
        lines.append(f"{area.name}: user's accuracy {users}, producer's {producers}{size}")
    return lines


def table_csv(result: AccuracyResult) -> str:
    """One line a class: its row of the confusion matrix (reference), then its measures (shares of 1, hectares)."""
    measures, found = result.measures, result.estimates
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns: list[tuple[str, Numbers]] = [
        ("users_accuracy", measures.users),
        ("producers_accuracy", measures.producers),
        ("f1", measures.f1),
        ("iou", measures.iou),
        ("mapped_hectares", _mapped_hectares(result)),
    ]
    if found:
        for name, values, errors in (
            ("map_users_accuracy", found.users, found.users_errors),
            ("map_producers_accuracy", found.producers, found.producers_errors),
            ("estimated_hectares", found.areas, found.area_errors),
        ):
            columns += [(name, values), (f"{name}_half_width_95", Z_95 * errors)]
    mapped_as = [f"mapped as {area.name}" for area in result.areas]
    names = [name for name, _ in columns]
    writer.writerow(["reference class", "value", *mapped_as, "reference_units", "mapped_units", *names])
    for k, area in enumerate(result.areas):
        row = measures.matrix[k]
        totals = [int(row.sum()), int(measures.matrix[:, k].sum())]
        figures = ["" if math.isnan(values[k]) else f"{values[k]:.6g}" for _, values in columns]
        writer.writerow([area.name, area.value, *map(int, row), *totals, *figures])
    return text.getvalue()


def html_report(result: AccuracyResult) -> str:
    """One self-contained page: figures, confusion matrix, accuracies and areas of the classes, warnings, sources."""
    warnings = "".join(f"<p class=warn>{escape(text)}</p>" for text in result.warnings)
    body = f"""<h1>Accuracy of a land-cover map</h1>
<p class=note>Map: {escape(result.map)}<br>Reference: {escape(result.reference)} ({escape(result.kind)}; classes found
by {escape(result.matched[:-1])})</p>
{warnings}
{_overall(result)}
<h2>Confusion matrix ({result.unit_name})</h2>
<div class=wide>{confusion_table(result.measures.matrix, [area.name for area in result.areas], "Map")}</div>
<h2>Classes, as counted</h2>
{_counted(result)}
{_estimated(result, result.estimates) if result.estimates else ""}
<h2>What the figures mean</h2>{_SOURCES}"""
    return html_page(f"Accuracy of {PurePath(result.map).name}", body)


def _overall(result: AccuracyResult) -> str:
    measures, found = result.measures, result.estimates
    rows = [
        (f"{result.unit_name.capitalize()} compared", f"{result.units:,}"),
        ("Overall accuracy, as counted", _share(measures.overall)),
        ("Kappa", _number(measures.kappa)),
        ("Mean IoU", _number(measures.mean_iou)),
        ("Mean F1", _number(measures.mean_f1)),
    ]
    if found:
        rows.insert(1, ("Overall accuracy of the map (95 % confidence)", _interval(found.overall, found.overall_error)))
    return _table([], [[f"<td class=t>{escape(name)}</td>", f"<td>{escape(text)}</td>"] for name, text in rows])


def confusion_table(matrix: NDArray[np.int64], texts: Sequence[str], columns: str) -> str:
    """A confusion matrix with its sums, cells shaded by their share of the reference class.

    Args:
        matrix: (K, K) counts, `[reference, other]`.
        texts: names of the classes.
        columns: what the other is.
    """
    names = [escape(text) for text in texts]
    corner = f"<th class=t>Reference &#8595; &nbsp; {escape(columns)} &#8594;</th>"
    head = [corner, *(f"<th>{name}</th>" for name in names), "<th>Sum</th>"]
    rows = []
    for i, name in enumerate(names):
        total = int(matrix[i].sum())
        cells = []
        for j, count in enumerate(matrix[i]):
            shade = f"rgba({'0,114,178' if i == j else '213,94,0'},{0.6 * count / total if total else 0:.2f})"
            cells.append(f'<td{" class=r" if i == j else ""} style="background:{shade}">{int(count):,}</td>')
        rows.append([f"<th class=t>{name}</th>", *cells, f"<td>{total:,}</td>"])
    sums = [f"<td>{int(total):,}</td>" for total in (*matrix.sum(axis=0), matrix.sum())]
    rows.append(["<th class=t>Sum</th>", *sums])
    return _table(head, rows)


def _counted(result: AccuracyResult) -> str:
    measures = result.measures
    head = ["Class", "User's accuracy", "Producer's accuracy", "F1", "IoU", "On the map", "In the reference"]
    rows = []
    for k, area in enumerate(result.areas):
        figures = [_share(measures.users[k]), _share(measures.producers[k]), _number(measures.f1[k])]
        units = [f"{int(measures.matrix[:, k].sum()):,}", f"{int(measures.matrix[k].sum()):,}"]
        rows.append([area.name, *figures, _number(measures.iou[k]), *units])
    note = ""
    if result.estimates:
        note = (
            "<p class=note>Counts of the sample, not weighted by area: where classes were sampled with different "
            "density they are no estimates for the map. Those stand below.</p>"
        )
    none = np.full(len(result.areas), math.nan)
    series = (("user's accuracy", measures.users, none), ("producer's accuracy", measures.producers, none))
    chart = "" if result.estimates else _accuracy_chart(result, series)
    return plain_table(head, rows) + note + chart


def _estimated(result: AccuracyResult, found: AreaEstimates) -> str:
    """Accuracies and areas of the whole map."""
    head = ["Class", "User's accuracy", "Producer's accuracy", "F1", "Mapped (ha)", "Estimated (ha)", "Share of area"]
    total = float(found.areas.sum())
    rows = []
    for k, area in enumerate(result.areas):
        size = _size(found.areas[k], found.area_errors[k])
        users = _interval(found.users[k], found.users_errors[k])
        producers = _interval(found.producers[k], found.producers_errors[k])
        share = _interval(found.areas[k] / total, found.area_errors[k] / total)
        rows.append([area.name, users, producers, _number(found.f1[k]), f"{area.hectares:,.1f}", size, share])
    accuracies = (
        ("user's accuracy", found.users, Z_95 * found.users_errors),
        ("producer's accuracy", found.producers, Z_95 * found.producers_errors),
    )
    halves = Z_95 * found.area_errors
    mapped = _mapped_hectares(result)
    areas = (("estimated", found.areas, halves), ("mapped", mapped, np.full(len(mapped), math.nan)))
    top = round_top(float(np.nanmax(np.concatenate([mapped, found.areas + np.nan_to_num(halves)]))))
    names = [area.name for area in result.areas]
    return (
        "<h2>Accuracies and areas of the whole map (95 % confidence intervals)</h2>"
        f"<p class=note>Estimated from the sample, weighted by area; strata: {escape(result.strata)}. Areas are on the "
        "ground, not in the projection.</p>"
        + plain_table(head, rows)
        + _accuracy_chart(result, accuracies)
        + "<h2>Area of the classes (ha)</h2>"
        + interval_chart("Mapped and estimated area of each class, hectares", names, areas, top, percent=False)
    )


def _mapped_hectares(result: AccuracyResult) -> Numbers:
    return np.array([area.hectares for area in result.areas])


def _accuracy_chart(result: AccuracyResult, series: Sequence[tuple[str, Numbers, Numbers]]) -> str:
    names = [area.name for area in result.areas]
    return interval_chart("User's and producer's accuracy of each class", names, series, 1.0, percent=True)


def plain_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column is text, the others figures."""

    def line(tag: str, texts: Sequence[str]) -> list[str]:
        return [f"<{tag}{' class=t' if not k else ''}>{escape(text)}</{tag}>" for k, text in enumerate(texts)]

    return _table(line("th", head), [line("td", row) for row in rows])


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    body = "".join(f"<tr>{''.join(cells)}</tr>" for cells in rows)
    return f"<table>{'<tr>' + ''.join(head) + '</tr>' if head else ''}{body}</table>"


def _share(value: float) -> str:
    return "-" if math.isnan(value) else f"{100 * value:.1f} %"


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"


def _size(value: float, error: float) -> str:
    return f"{value:,.1f}" if math.isnan(error) else f"{value:,.1f} \u00b1 {Z_95 * error:,.1f}"


def _interval(value: float, error: float) -> str:
    if math.isnan(value) or math.isnan(error):
        return _share(value)
    return f"{100 * value:.1f} \u00b1 {100 * Z_95 * error:.1f} %"
