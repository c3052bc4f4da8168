"""The report says what the model is worth in words people use."""

from __future__ import annotations

from dataclasses import replace

from rgbsar_core.report import area_table_csv, html_report, summary_lines
from rgbsar_core.results import ClassArea, ClassificationResult, EngineInfo, EngineStatistics
from tests.rasters import job, model_card

RESULT = ClassificationResult(
    path="map.tif",
    confidence=None,
    probabilities=None,
    area_table=None,
    report=None,
    width=10,
    height=4,
    areas=(ClassArea(1, "water", (0, 0, 255), 30, 3000.0), ClassArea(3, "<forest>", (0, 128, 0), 0, 0.0)),
    nodata_pixels=10,
    seconds=2.0,
    engine=EngineInfo("cpu", "A CPU", "float32", "torch", 2, 64, 8, "2.13"),
    statistics=EngineStatistics(4, 1, 1.5, 0.1, 0.2, 2.0, 300.0),
    assumptions=("SAR was taken as dB.",),
    warnings=("Beware.",),
)


def test_the_area_table_counts_shares_of_the_mapped_ground():
    assert area_table_csv(RESULT).splitlines() == [
        "value,name,color,pixels,hectares,percent",
        "1,water,#0000ff,30,0.3000,100.000",
        "3,<forest>,#008000,0,0.0000,0.000",
    ]


def test_the_log_names_assumptions_areas_engine_and_where_the_time_went():
    text = "\n".join(summary_lines(RESULT))
    for part in ("Assumed: SAR was taken as dB.", "water: 0.3 ha (100.0 %)", "10 of 40 pixels", "A CPU (cpu)"):
        assert part in text


def test_the_report_shows_accuracy_by_class_and_escapes_names():
    metrics = {"mean_iou": 0.9, "classes": {"water": {"iou": 0.98765, "reference_pixels": 1234}, "b": {"iou": None}}}
    page = html_report(RESULT, job("o & p.tif", "s.tif"), replace(model_card(), metrics=metrics), b"PNG", "1 x 1 km.")
    assert "<td class=t>Mean IoU</td><td class=t>0.900</td>" in page
    assert "<tr><td class=t>water</td><td>0.988</td><td>1,234</td></tr>" in page
    assert "<tr><td class=t>b</td><td>-</td><td>-</td></tr>" in page
    for escaped in ("&lt;forest&gt;", "o &amp; p.tif", "Beware.", "1 x 1 km.", "<title>Land cover: map.tif</title>"):
        assert escaped in page
