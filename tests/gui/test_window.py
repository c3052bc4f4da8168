"""The plugin in QGIS's real window: dialogs from the toolbox, a run, the map on the canvas, Cancel."""

from __future__ import annotations

from typing import Any

import pytest

from tests.plugin.conftest import LEGEND

pytestmark = pytest.mark.qgis

LONGEST_PAUSE = 1.0  # seconds; under 0.2 on a quiet machine, but tests share theirs

RESULT_FILES = ["map.tif", "map.tif.aux.xml"]  # GDAL keeps the raster attribute table beside a GeoTIFF


def test_every_algorithm_opens_from_the_toolbox(window: dict[str, Any]) -> None:
    assert window["algorithms"]
    assert sorted(window["opened"]) == sorted(window["algorithms"])


def test_every_parameter_has_a_widget(window: dict[str, Any]) -> None:
    assert {name: seen["without_widget"] for name, seen in window["opened"].items() if seen["without_widget"]} == {}


def test_refused_input_is_told_in_a_message_and_the_dialog_stays(window: dict[str, Any]) -> None:
    """The SAR layer was chosen as optical layer."""
    assert window["refusal"] == (
        "The optical layer 'the radar layer' has one band; 'Test ASANet' takes 3 (R, G, B). Choose a layer with these "
        "bands, or another model."
    )
    assert window["dialog_after_refusal"]


def test_filled_dialog_runs_and_writes_only_what_was_asked_for(window: dict[str, Any]) -> None:
    assert window["files_after_run"] == RESULT_FILES


def test_map_lies_on_top_of_the_canvas(window: dict[str, Any]) -> None:
    assert window["canvas_layers"] == ["Land cover: the optical layer", "the optical layer", "the radar layer"]


def test_canvas_shows_the_map_in_the_colours_of_its_classes(window: dict[str, Any]) -> None:
    """The square map fills the canvas from top to bottom; beside it the canvas is white."""
    shares = {colour: share for colour, share in window["colours"].items() if colour != "#ffffff"}
    assert set(shares) <= {entry.hex_color for entry in LEGEND.classes}
    assert sum(shares.values()) > 0.3


def test_window_stays_responsive_during_a_run(window: dict[str, Any]) -> None:
    assert window["longest_pause"] < LONGEST_PAUSE


def test_classes_of_sample_points_are_chosen_and_taken_back_in_the_form(window: dict[str, Any]) -> None:
    """The last entry takes a label back. The one labelled point was compared with the map."""
    *classes, unlabelled = window["choices"]
    assert set(classes) <= {entry.name for entry in LEGEND.classes} and len(classes) > 1
    assert unlabelled == "to be labelled"
    assert window["chosen"] == [classes[1], "", classes[1]]
    assert window["assessed"] == 1


def test_cancel_button_ends_the_run_and_leaves_no_file(window: dict[str, Any]) -> None:
    """While it ran, the map grew under a temporary name."""
    assert len(window["files_in_run"]) > 1
    assert "Cancelled. Nothing was written." in window["log_after_cancel"]
    assert window["files_after_cancel"] == RESULT_FILES


def test_window_stays_responsive_during_cancel(window: dict[str, Any]) -> None:
    assert window["longest_pause_of_cancel"] < LONGEST_PAUSE
    assert window["seconds_to_cancel"] < 10.0


def test_unloaded_plugin_leaves_no_provider(window: dict[str, Any]) -> None:
    assert not window["provider_after_unload"]
