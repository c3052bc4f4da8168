"""A card for people: what the layers should be, in text and HTML; a hostile card stays text."""

from __future__ import annotations

import dataclasses
from html import escape

from rgbsar_core.card_text import card_page, needs, needs_html
from rgbsar_core.cli import main
from rgbsar_core.model_store import checksum
from tests.core.test_model_store import write_model
from tests.rasters import model_card


def test_needs_say_bands_units_and_pixel_size():
    assert needs(model_card(optical_units="reflectance", gsd=0.5)) == [
        "Optical: 3 bands (red, green, blue), reflectance.",
        "SAR: 2 bands (VV, VH), linear power.",
        "Trained on pixels of 0.5 m on the ground.",
    ]
    assert needs(model_card(sar=(), percentiles=(1.0, 99.0), gsd=None)) == [
        "Optical: 3 bands (red, green, blue), digital numbers of any scale, stretched by the scene's percentiles.",
        "Pixel size of the training: not stated.",
    ]
    assert "Trained to do without one of the two layers." in needs(model_card(modality_dropout=True))


def test_classes_appear_in_their_colours_and_markup_of_a_card_stays_text():
    text = needs_html(model_card())
    assert "color:#0000ff" in text and "Wald „Süd“ &lt;3" in text
    page = card_page(dataclasses.replace(model_card(), title="<script>alert(1)</script>", citation="A & B"), "ab" * 32)
    assert "<script>" not in page and "&lt;script&gt;" in page
    assert "A &amp; B" in page and "ab" * 32 in page and "background:#008000" in page


def test_accuracy_by_class_becomes_a_table():
    metrics = {"mean_iou": 0.9, "classes": {"water": {"iou": 0.98, "users_accuracy": 0.99}, "<fields>": {"iou": 0.5}}}
    page = card_page(dataclasses.replace(model_card(), metrics=metrics))
    assert "<tr><th>Mean IoU</th><td>0.9</td></tr>" in page
    assert "<tr><th>Classes</th><th>IoU</th><th>User&#x27;s accuracy</th></tr>" in page
    assert "<tr><td>water</td><td>0.98</td><td>0.99</td></tr>" in page
    assert "<tr><td>&lt;fields&gt;</td><td>0.5</td><td></td></tr>" in page


def test_the_confusion_matrix_becomes_a_table_with_the_classes_names():
    metrics = {"confusion_matrix": [[12345, 1], [0, 7]]}
    page = card_page(dataclasses.replace(model_card(), metrics=metrics))
    names = [escape(name) for name in model_card().legend.names]
    assert f"<tr><th></th><th>{names[0]}</th><th>{names[1]}</th></tr>" in page
    assert f"<tr><td>{names[0]}</td><td>12,345</td><td>1</td></tr>" in page and "[[" not in page


def test_describe_writes_the_page_with_the_file_s_checksum(tmp_path, capsys):
    model = write_model(tmp_path / "towns.safetensors")
    assert main(["describe", str(model), "--html"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("<!doctype html>") and "Towns of the north" in page and checksum(model) in page


def test_the_page_says_whether_a_layer_may_be_missing_and_how_tiles_overlap():
    card = dataclasses.replace(model_card(), tile_size=256, overlap=64)
    page = card_page(card)
    assert "<tr><th>One layer missing</th><td>not trained for</td></tr>" in page
    assert "<tr><th>Tiles</th><td>256 pixels, overlap 64</td></tr>" in page
    page = card_page(dataclasses.replace(card, modality_dropout=True))
    assert "<tr><th>One layer missing</th><td>allowed</td></tr>" in page
