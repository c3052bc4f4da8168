"""A chart for reports: values with their confidence intervals, as SVG that prints well in colour and in grey."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
_WIDTH, _LEFT, _RIGHT, _TOP, _ROW = 720, 170, 30, 34, 34
_COLORS = ("#0072b2", "#d55e00")  # Okabe and Ito's blue and vermilion
_LONGEST_LABEL = 24
_MOST_MARKS = 40  # on a curve: more would hide it


def interval_chart(
    title: str,
    labels: Sequence[str],
    series: Sequence[tuple[str, Numbers, Numbers]],
    top: float,
    percent: bool,
) -> str:
    """One row a label, in it one mark a series with a line from value - half width to value + half width.

    Args:
        title: read out by screen readers.
        labels: of the rows.
        series: at most two: name, values and half widths, (n,) each; NaN for what is not known.
        top: end of the axis, which begins at 0.
        percent: values are shares of 1, shown in percent.
    """
    height = _TOP + _ROW * len(labels) + 34
    scale = (_WIDTH - _LEFT - _RIGHT) / top if top > 0 else 0.0
    parts = [_axis(top, scale, height, percent), _key([name for name, _, _ in series])]
    for row, label in enumerate(labels):
        middle = _TOP + _ROW * (row + 0.5)
        parts.append(f'<text x="{_LEFT - 10}" y="{middle + 4:.1f}" text-anchor="end">{escape(_short(label))}</text>')
        for number, (_, values, halves) in enumerate(series):
            y = middle + (number - (len(series) - 1) / 2) * 11
            parts.append(_mark(number, values[row], halves[row], y, scale, top))
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" font-size="12" fill="#222"><title>{escape(title)}</title>'
        + "".join(parts)
        + "</svg>"
    )


def line_chart(
    title: str, x_title: str, lines: Sequence[tuple[str, Numbers, Numbers]], top: float, percent: bool
) -> str:
    """Curves over one axis from 0 to the largest x.

    Args:
        title: read out by screen readers.
        x_title: below the axis.
        lines: at most two: name, x and y, (n,) each, x rising.
        top: end of the vertical axis, which begins at 0; values above it are drawn at it.
        percent: values are shares of 1, shown in percent.
    """
    height, low, left = 260, 216, 64
    right = max((float(x[-1]) for _, x, _ in lines if len(x)), default=1.0) or 1.0
    across, up = (_WIDTH - left - _RIGHT) / right, (low - _TOP) / top if top > 0 else 0.0
    parts = []
    for part in range(6):
        y = low - top * part / 5 * up
        text = f"{100 * top * part / 5:.0f} %" if percent else f"{top * part / 5:,.3g}"
        parts.append(f'<line x1="{left}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#555">{text}</text>')
    for value in np.arange(0.0, right * 1.001, max(1, math.ceil(round_top(right / 5)))):
        x = left + value * across
        parts.append(f'<text x="{x:.1f}" y="{low + 18}" text-anchor="middle" fill="#555">{value:,.6g}</text>')
    parts.append(f'<text x="{_WIDTH / 2}" y="{height - 8}" text-anchor="middle">{escape(x_title)}</text>')
    parts.append(_key([name for name, _, _ in lines]))
    for number, (_, xs, ys) in enumerate(lines):
        places = [(left + x * across, low - min(max(y, 0.0), top) * up) for x, y in zip(xs, ys) if math.isfinite(y)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{_COLORS[number]}" stroke-width="1.8"/>')
        if len(places) <= _MOST_MARKS:
            parts += [_shape(number, x, y) for x, y in places]
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" font-size="12" fill="#222"><title>{escape(title)}</title>'
        + "".join(parts)
        + "</svg>"
    )


def round_top(largest: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten, for the end of an axis; 1 for nothing."""
    if not math.isfinite(largest) or largest <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(largest))
    return next(step * power for step in (1.0, 2.0, 2.5, 5.0, 10.0) if step * power >= largest)


def _axis(top: float, scale: float, height: int, percent: bool) -> str:
    parts = []
    for part in range(6):
        value = top * part / 5
        x = _LEFT + value * scale
        text = f"{100 * value:.0f} %" if percent else f"{value:,.6g}"
        parts.append(f'<line x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{height - 30}" stroke="#ddd"/>')
        parts.append(f'<text x="{x:.1f}" y="{height - 14}" text-anchor="middle" fill="#555">{text}</text>')
    return "".join(parts)


def _key(names: Sequence[str]) -> str:
    parts, x = [], float(_LEFT)
    for number, name in enumerate(names):
        parts.append(_shape(number, x + 5, 14) + f'<text x="{x + 15:.0f}" y="18">{escape(name)}</text>')
        x += 40 + 7 * len(name)
    return "".join(parts)


def _mark(number: int, value: float, half: float, y: float, scale: float, top: float) -> str:
    if not math.isfinite(value):
        return ""
    line = ""
    if math.isfinite(half):
        low, high = (_LEFT + min(max(end, 0.0), top) * scale for end in (value - half, value + half))
        color = _COLORS[number]
        line = f'<line x1="{low:.1f}" y1="{y:.1f}" x2="{high:.1f}" y2="{y:.1f}" stroke="{color}" stroke-width="2"/>'
    return line + _shape(number, _LEFT + value * scale, y)


def _shape(number: int, x: float, y: float) -> str:
    """A full circle for the first series, an empty square for the second: told apart in grey too."""
    if number == 0:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{_COLORS[0]}"/>'
    return (
        f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" fill="#fff" stroke="{_COLORS[1]}" '
        'stroke-width="2"/>'
    )


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else label[: _LONGEST_LABEL - 3] + "..."
