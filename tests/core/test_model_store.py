"""A folder of model files: found by path, name or title; taken in only after they were read and compared."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import struct
from pathlib import Path

import pytest

from rgbsar_core import model_store
from rgbsar_core.errors import InputError, ModelFileError, OperationCancelled, UnknownModelError
from tests.rasters import model_card


def write_model(path: Path, name: str = "towns", title: str = "Towns of the north", weights: bytes = b"\0" * 8) -> Path:
    """A model file with one tensor of two numbers."""
    card = dataclasses.replace(model_card(), name=name, title=title)
    tensor = {"dtype": "F32", "shape": [len(weights) // 4], "data_offsets": [0, len(weights)]}
    header = json.dumps({"w": tensor, "__metadata__": card.to_metadata()}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + weights)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two models and a file that is none."""
    place = tmp_path / "mödels one"
    place.mkdir()
    write_model(place / "towns.safetensors")
    write_model(place / "fields.safetensors", "fields", "Arable fields")
    (place / "broken.safetensors").write_bytes(b"no model")
    return place


def test_models_are_listed_by_title_and_broken_files_are_left_out(folder):
    assert [model.card.title for model in model_store.list_models([folder])] == ["Arable fields", "Towns of the north"]


@pytest.mark.parametrize("text", ["towns", "Towns of the north", "TOWNS of the North ", "towns.safetensors"])
def test_a_model_is_found_by_name_title_or_file_name(folder, text):
    assert model_store.find_model(text, [folder]) == folder / "towns.safetensors"


def test_a_path_is_taken_as_it_is_even_where_no_model_is_installed(folder, tmp_path):
    elsewhere = write_model(tmp_path / "other.safetensors")
    assert model_store.find_model(str(elsewhere), []) == elsewhere
    missing = str(tmp_path / "gone.safetensors")
    assert model_store.find_model(missing, [folder]) == Path(missing)  # reading its card then says what is wrong


def test_a_title_may_have_a_slash(folder):
    path = write_model(folder / "both.safetensors", "both", "S1/S2 of the north")
    assert model_store.find_model("s1/s2 of the north", [folder]) == path


def test_an_unknown_title_names_the_nearest_one(folder):
    with pytest.raises(UnknownModelError, match="installed are: 'Arable fields'.*Did you mean 'Arable fields'?"):
        model_store.find_model("Arable field", [folder])


def test_a_text_longer_than_any_file_name_is_an_unknown_title(folder):
    with pytest.raises(UnknownModelError, match="No model called 'xxx"):
        model_store.find_model("x" * 300, [folder])


def test_of_equal_files_the_first_is_taken(folder, tmp_path):
    write_model(tmp_path / "towns.safetensors")
    assert model_store.find_model("towns", [folder, tmp_path]).name == "towns.safetensors"


def test_a_title_of_two_models_names_both_files(folder):
    write_model(folder / "again.safetensors", "again", "Towns of the north")
    with pytest.raises(UnknownModelError, match=r"2 installed models.*again.*towns.*Give the file's path"):
        model_store.find_model("Towns of the north", [folder])


def test_checksum_is_sha256_and_compared_in_any_case(folder):
    path = folder / "towns.safetensors"
    expected = hashlib.sha256(path.read_bytes()).hexdigest()
    found = model_store.checksum(path)
    assert found == expected
    model_store.require_checksum(found, "")
    model_store.require_checksum(found, f" SHA256:{expected.upper()} ")
    with pytest.raises(ModelFileError, match="damaged or not the file"):
        model_store.require_checksum(found, "0" * 64)
    with pytest.raises(InputError, match="expected 64 hexadecimal digits"):
        model_store.require_checksum(found, "abc")


@pytest.mark.parametrize(
    "name, file",
    [
        ("towns", "towns.safetensors"),
        ("../../etc/Passwd x", "etc-passwd-x.safetensors"),
        ("C:\\evil", "c-evil.safetensors"),
        ("...", "model.safetensors"),
        ("森", "model.safetensors"),
    ],
)
def test_a_card_s_name_never_leads_out_of_the_folder(tmp_path, name, file):
    card = dataclasses.replace(model_card(), name=name)
    assert model_store.installed_path(card, tmp_path) == tmp_path / file


def test_another_model_of_the_name_stays_unless_it_may_be_replaced(folder, tmp_path):
    other = write_model(tmp_path / "x.safetensors", weights=b"\1" * 8)
    before = (folder / "towns.safetensors").read_bytes()
    temporary = model_store.incoming_path(folder)
    model_store.copy_in(other, temporary, lambda share, text: None, lambda: False)
    digest, card = model_store.checksum(temporary), model_card()
    card = dataclasses.replace(card, name="towns")
    with pytest.raises(InputError, match="Another model named 'towns' is installed"):
        model_store.accept(temporary, card, digest, folder, replace=False)
    assert (folder / "towns.safetensors").read_bytes() == before
    assert model_store.accept(temporary, card, digest, folder, replace=True).read_bytes() == other.read_bytes()
    assert not temporary.exists()


def test_cancelling_a_copy_stops_it(folder, tmp_path):
    with pytest.raises(OperationCancelled):
        model_store.copy_in(
            folder / "towns.safetensors", tmp_path / "copy", lambda share, text: None, lambda: True
        )


def test_a_models_folder_that_cannot_be_written_to_is_not_blamed_on_the_source(folder, tmp_path):
    with pytest.raises(InputError, match="^The models folder '.*gone' cannot be written to .*another one in the opti"):
        model_store.copy_in(folder / "towns.safetensors", tmp_path / "gone" / "new", lambda *_: None, lambda: False)


def test_a_file_too_large_to_be_a_model_is_refused():
    with pytest.raises(InputError, match="'big' has 5.0 GiB; a model file has 4 GiB at most"):
        model_store.refuse_size(5 * 2**30, "big")
