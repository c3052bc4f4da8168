"""The networks' comparison table: what is counted, what is measured, what is printed."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import torch

from rgbsar_core.networks import list_networks
from training import benchmark

CPU = torch.device("cpu")


def test_a_row_counts_the_network_and_measures_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(benchmark.FORMS, "asanet", ({"size": "atto"},))
    (row,) = benchmark.rows(["asanet"], CPU, (1, 2), rounds=1)
    assert (row.network, row.form, row.parameters) == ("asanet", "size atto", 10_561_038)
    assert row.best_batch in (1, 2) and row.best_batch_half in (1, 2)
    assert row.images and row.best_images and row.best_images >= row.images > 0
    assert row.images_half and row.best_images_half and row.best_images_half >= row.images_half > 0


def test_counting_alone_gives_the_published_counts_in_brackets(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    table = tmp_path / "table.csv"
    assert benchmark.main(["cmfnet", "fusenet", "--rounds", "0", "--csv", str(table)]) == 0
    said = capsys.readouterr().out
    assert "| fusenet | variant chained | 55.16 [55] | 65.76 [66] | not measured [88.8] |" in said
    assert "| cmfnet |  | 95.53 [104] |" in said and "speed not measured" in said
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["network"] for row in rows] == ["cmfnet", "fusenet", "fusenet"]
    assert int(rows[1]["parameters"]) == 55_160_198 and rows[1]["images"] == ""


def test_every_network_has_a_row_and_every_printed_figure_a_network() -> None:
    forms = {
        (info.name, ", ".join(f"{name} {value}" for name, value in form.items()))
        for info in list_networks()
        for form in benchmark.FORMS.get(info.name, ({},))
    }
    assert set(benchmark.PUBLISHED) <= forms
    assert set(benchmark.FORMS) <= {info.name for info in list_networks()}


@pytest.mark.parametrize("arguments", [["nonet"], ["asanet", "--device", "nodevice"]])
def test_what_cannot_be_measured_is_an_error_without_a_traceback(arguments: list[str]) -> None:
    assert benchmark.main([*arguments, "--rounds", "0"]) == 1
