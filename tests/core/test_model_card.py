"""Model cards: read without torch, refused with a sentence, exported as STAC."""

from __future__ import annotations

import dataclasses
import json
import math
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rgbsar_core.errors import ModelFileError
from rgbsar_core.model_card import CARD_KEY, Band, InputSpec, ModelCard, read_card
from rgbsar_core.stac_mlm import to_stac_mlm
from tests.rasters import model_card

CARD: dict[str, Any] = dataclasses.replace(
    model_card(percentiles=(2.0, 98.0)),
    training_data=({"name": "scene", "licence": "CC0-1.0"},),
    metrics={"mIoU": 0.9},
    seed=1,
).to_json()
TENSORS = {"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}


def file_of(path: Path, header: Any, tensors: bytes = b"\0" * 8) -> Path:
    """A .safetensors file by its description: length of the header, header, tensors."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + tensors)
    return path


def with_card(path: Path, card: Any) -> Path:
    text = card if isinstance(card, str) else json.dumps(card)
    return file_of(path, {**TENSORS, "__metadata__": {CARD_KEY: text}})


def changed(**changes: Any) -> dict[str, Any]:
    return {**CARD, **changes}


def changed_input(**changes: Any) -> dict[str, Any]:
    return changed(inputs=[{**CARD["inputs"][0], **changes}, CARD["inputs"][1]])


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


def test_a_card_is_read_from_a_file_as_it_was_written(tmp_path):
    path = with_card(tmp_path / "modèle 'x'.safetensors", CARD)
    card = read_card(path)
    assert card.to_json() == CARD == json.loads(card.to_metadata()[CARD_KEY])
    assert card.optical.percentiles == (2.0, 98.0) and card.sar.bands == (Band("VV"), Band("VH"))
    assert card.legend.names == ("water", "Wald „Süd“ <3")


def test_a_card_is_read_without_torch_numpy_or_gdal(repository, model_file):
    code = (
        "import sys; sys.modules.update(torch=None, numpy=None, osgeo=None, safetensors=None)\n"
        "from rgbsar_core.model_card import read_card; sys.stdout.write(read_card(sys.argv[1]).title)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(model_file)], cwd=repository, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("Test model", "")


def test_any_cut_of_a_real_file_is_refused(model_file, tmp_path):
    whole = model_file.read_bytes()
    header = 8 + struct.unpack("<Q", whole[:8])[0]
    path = tmp_path / "cut.safetensors"
    for size in (0, 1, 7, 8, 9, header // 2, header - 1, header, header + 1, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(ModelFileError, match="'cut.safetensors' (is truncated|has .* bytes; its header announces)"):
            read_card(path)
    path.write_bytes(whole + b"x")
    with pytest.raises(ModelFileError, match="its header announces .*. Fetch the file again"):
        read_card(path)


NOT_OURS = {
    "empty": b"",
    "text": b"hello, this is no model file at all",
    "a zip of torch.save": b"PK\x03\x04" + b"\0" * 200,
    "a GeoTIFF": b"II*\0" + b"\0" * 200,
    "a header of 2^63 bytes": struct.pack("<Q", 2**63) + b"{}",
    "a header of 99 GB": struct.pack("<Q", 99 * 10**9) + b"{}",
    "a header of zero bytes": struct.pack("<Q", 0) + b"\0" * 50,
    "a header that is no JSON": struct.pack("<Q", 10) + b"{{{{{{{{{{",
    "a header in no encoding": struct.pack("<Q", 4) + b'"\xff\xfe"',
    "a header nested 100,000 deep": struct.pack("<Q", 200_000) + b"[" * 100_000 + b"]" * 100_000,
}


@pytest.mark.parametrize("content", NOT_OURS.values(), ids=NOT_OURS.keys())
def test_a_file_that_is_no_safetensors_file_is_refused(tmp_path, content):
    path = tmp_path / "m.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match="'m.safetensors' is truncated or not a .safetensors file. Choose a model"):
        read_card(path)


@pytest.mark.parametrize(
    "header",
    [
        [],
        {},
        TENSORS,
        {**TENSORS, "__metadata__": {"format": "pt"}},
        {**TENSORS, "__metadata__": [CARD_KEY]},
        {**TENSORS, "__metadata__": {CARD_KEY: CARD}},
    ],
)
def test_somebody_elses_safetensors_file_is_refused(tmp_path, header):
    with pytest.raises(ModelFileError, match="without a model card. Choose a model made by this program"):
        read_card(file_of(tmp_path / "m.safetensors", header))


@pytest.mark.parametrize(
    "entry",
    [
        3,
        [],
        {},
        {"data_offsets": 8},
        {"data_offsets": [0]},
        {"data_offsets": [0, "8"]},
        {"data_offsets": [0, True]},
        {"data_offsets": None},
    ],
)
def test_a_damaged_tensor_entry_is_refused_by_name(tmp_path, entry):
    header = {"conv.weight": entry, "__metadata__": {CARD_KEY: json.dumps(CARD)}}
    with pytest.raises(ModelFileError, match="damaged header at 'conv.weight'. Fetch the file again"):
        read_card(file_of(tmp_path / "m.safetensors", header))


@pytest.mark.parametrize("text", ["", "no JSON", "{", '{"a": 1,}', "[" * 100_000])
def test_a_card_that_is_no_json_is_refused(tmp_path, text):
    with pytest.raises(ModelFileError, match="model card in 'm.safetensors' is not valid JSON"):
        read_card(with_card(tmp_path / "m.safetensors", text))


def test_a_newer_format_asks_for_an_update_even_if_its_fields_are_unknown(tmp_path):
    card = changed(format_version=2, novelty=True)
    with pytest.raises(ModelFileError, match="has format 2; this program reads up to 1. Update RGB-SAR Land Cover"):
        read_card(with_card(tmp_path / "m.safetensors", card))


WRONG = [
    (None, "format version None"),
    ([CARD], "format version None"),
    ({}, "format version None"),
    (changed(format_version="1"), "format version '1'"),
    (changed(format_version=True), "format version True"),
    (changed(format_version=0), "format version 0"),
    (changed(surprise=1), "unknown field surprise in the card; expected only"),
    ({k: v for k, v in CARD.items() if k not in ("gsd", "name")}, "no gsd, name in the card; expected all of"),
    (changed(name=""), "name ''; expected a text"),
    (changed(title=["a"]), "title"),
    (changed(network=7), "network 7"),
    (changed(description=None), "description None; expected a text"),
    (changed(licence=3), "licence 3"),
    (changed(citation={}), "citation"),
    (changed(network_parameters=[]), "network_parameters not an object"),
    (changed(modality_dropout="yes"), "modality_dropout 'yes'; expected true or false"),
    (changed(seed=1.5), "seed 1.5"),
    (changed(metrics=[1]), "metrics not an object"),
    (changed(training_data="scene"), "training data that is no list"),
    (changed(training_data=None), "training data that is no list"),
    (changed(training_data=["scene"]), "training data that is no list of objects"),
    (changed(tile_size=31), "tile_size 31; expected a whole number from 32"),
    (changed(tile_size=256.0), "tile_size 256.0"),
    (changed(tile_size=10**9), "tile_size 1000000000"),
    (changed(tile_size=True), "tile_size True"),
    (changed(overlap=-1), "overlap -1"),
    (changed(overlap=64), "overlap 64; expected less than the tile"),
    (changed(temperature=0), "temperature 0; expected a number above zero"),
    (changed(temperature=-1.0), "temperature -1.0; expected a number above zero"),
    (changed(temperature=math.inf), "temperature inf"),
    (changed(temperature=None), "temperature None"),
    (changed(gsd=0), "gsd 0; expected metres above zero, or null"),
    (changed(gsd="10 m"), "gsd '10 m'"),
    (changed(gsd=math.inf), "gsd inf"),
    (changed(gsd=math.nan), "gsd nan"),
    (changed(inputs={}), "inputs not a list"),
    (changed(inputs=[]), r"inputs \(\); expected optical, sar"),
    (changed(inputs=CARD["inputs"][::-1]), r"inputs \('sar', 'optical'\)"),
    (changed(inputs=[CARD["inputs"][0]] * 2), r"inputs \('optical', 'optical'\)"),
    (changed(inputs=["optical"]), "input 'optical'; expected an object"),
    (changed_input(role="radar"), "input role 'radar'"),
    (changed_input(role=["optical"]), "input role"),
    (changed_input(bands=[]), "no band for optical"),
    (changed_input(bands="RGB"), "no list of bands"),
    (changed_input(bands=["R", "G", "B"]), "band 'R'; expected an object"),
    (changed_input(bands=[{"name": 1}] * 3), "a band named 1"),
    (changed_input(bands=[{"name": "R", "wavelength": 1}] * 3), "unknown field wavelength"),
    (changed_input(units="db"), "optical units 'db'; expected digital_number, reflectance"),
    (changed_input(units=[]), "optical units"),
    (changed_input(mean=[0, 0]), "2 values of mean for 3 optical bands; expected one number per band"),
    (changed_input(mean=0), "optical mean 0; expected a list of numbers"),
    (changed_input(mean={"R": 1}), "optical mean"),
    (changed_input(mean=["0", "0", "0"]), "mean"),
    (changed_input(mean=[0, 0, math.nan]), "mean"),
    (changed_input(mean=[0, 0, 10**400]), "mean"),
    (changed_input(std=[1, 1, 0]), "std .*expected numbers above zero"),
    (changed_input(std=[1, 1, math.inf]), "values of std"),
    (changed_input(percentiles=[98, 2]), "percentiles .*expected 0 <= low < high <= 100"),
    (changed_input(percentiles=[2, 101]), "percentiles"),
    (changed_input(percentiles=5), "percentiles 5"),
    (changed_input(percentiles="ab"), "percentiles 'ab'"),
    (changed_input(clip=[1, 1]), "clip .*expected two numbers, low < high"),
    (changed_input(clip={"low": 0}), "clip"),
    (changed(legend=[]), "legend cannot be used. The legend is empty"),
    (changed(legend={"water": 1}), "class list is a dict"),
    (changed(legend=[{"value": 0, "name": "a", "color": [0, 0, 0]}]), "Class value '0'"),
    (changed(metrics={"a": nested(40)}), "nested deeper than 32"),
    (changed(legend=nested(900)), "nested deeper than 32"),
    (changed(**{"x" * 10**6: 1}), "unknown field x"),
]


@pytest.mark.parametrize("card, message", WRONG, ids=range(len(WRONG)))
def test_a_card_with_a_wrong_field_is_refused_in_a_sentence(tmp_path, card, message):
    with pytest.raises(ModelFileError, match=message) as refusal:
        read_card(with_card(tmp_path / "m.safetensors", card))
    text = str(refusal.value)
    assert text.startswith("'m.safetensors': ") and len(text) < 700
    assert "expected" in text or "Choose" in text


def test_a_card_with_half_a_character_is_refused_for_no_map_could_hold_it(tmp_path):
    with pytest.raises(ModelFileError, match="not valid JSON. Choose a model"):
        read_card(with_card(tmp_path / "m.safetensors", changed(title="half \ud83d")))
    assert read_card(with_card(tmp_path / "m.safetensors", changed(title="whole \ud83d\ude00"))).title == "whole 😀"


@pytest.mark.parametrize("path", ["", "no such file.safetensors", "nul\0byte.safetensors"])
def test_a_path_that_cannot_be_read_is_refused(tmp_path, monkeypatch, path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelFileError, match="Check the path|Choose a model"):
        read_card(path)


@pytest.mark.parametrize("data", ["null", "true", "NaN", "1e999", "[]", '"text"', "{}"])
def test_no_field_crashes_the_reader_whatever_it_holds(tmp_path, data):
    value = json.loads(data)
    for name in CARD:
        try:
            read_card(with_card(tmp_path / "m.safetensors", changed(**{name: value})))
        except ModelFileError:
            pass
    for name in CARD["inputs"][0]:
        try:
            read_card(with_card(tmp_path / "m.safetensors", changed_input(**{name: value})))
        except ModelFileError:
            pass


def test_stac_mlm_says_what_the_model_takes_and_gives():
    card = ModelCard.from_json(changed(gsd=10.0, licence="CC0-1.0"))
    item = json.loads(json.dumps(to_stac_mlm(card, "model.safetensors")))
    properties = item["properties"]
    assert (item["type"], item["stac_version"], item["id"]) == ("Feature", "1.0.0", "test")
    assert item["stac_extensions"][0].startswith("https://stac-extensions.github.io/mlm/")
    for required in ("mlm:name", "mlm:architecture", "mlm:tasks", "mlm:input", "mlm:output"):
        assert properties[required]  # the extension's required fields
    assert properties["datetime"] is None and properties["start_datetime"] < properties["end_datetime"]
    assert properties["license"] == "CC0-1.0"
    optical, sar = properties["mlm:input"]
    assert [band["name"] for band in optical["bands"]] == ["red", "green", "blue"]
    assert optical["input"]["shape"] == [-1, 3, 64, 64] and sar["input"]["shape"] == [-1, 2, 64, 64]
    assert "2.0 and 98.0 percentiles" in optical["rgbsar:before_scaling"][0]
    assert [entry["mean"] for entry in sar["value_scaling"]] == [0.0, 0.0]
    output = properties["mlm:output"][0]
    assert output["result"]["shape"] == [-1, 2, 64, 64]
    assert [(c["value"], c["name"], c["color_hint"]) for c in output["classification:classes"]] == [
        (1, "water", "0000ff"),
        (3, "Wald „Süd“ <3", "008000"),
    ]
    assert item["assets"]["model"]["href"] == "model.safetensors"
    assert "mlm:model" in item["assets"]["model"]["roles"]


def test_a_card_without_a_temperature_has_one_and_writes_none():
    """Older versions refuse fields they do not know."""
    card = ModelCard.from_json(CARD)
    assert card.temperature == 1.0
    assert "temperature" not in card.to_json()
    warm = dataclasses.replace(card, temperature=1.5)
    assert warm.to_json()["temperature"] == 1.5
    assert ModelCard.from_json(warm.to_json()) == warm
    assert to_stac_mlm(warm, "m")["properties"]["rgbsar:temperature"] == 1.5


def test_an_input_made_in_python_is_checked_like_one_from_a_file():
    with pytest.raises(ModelFileError, match="1 values of std for 2 sar bands"):
        InputSpec("sar", (Band("VV"), Band("VH")), "db", None, None, (0.0, 0.0), (1.0,))


def test_a_folder_is_no_model_file(tmp_path):
    (tmp_path / "folder.safetensors").mkdir()
    with pytest.raises(ModelFileError, match="folder.safetensors' cannot be read"):
        read_card(tmp_path / "folder.safetensors")
