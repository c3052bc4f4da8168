"""Models at hand: described, imported from disk and web, and called by title in ``rgbsar:classify``."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import Recorder, model_card
from .stand_in_wheels import served

pytestmark = pytest.mark.qgis


@pytest.fixture
def folder(provider: Any, tmp_path: Path) -> Iterator[Path]:
    """The models folder of the options, empty."""
    from qgis.core import QgsSettings

    from qgis_plugin import runtime

    place = tmp_path / "my mödels"
    place.mkdir()
    QgsSettings().setValue(runtime.MODELS_FOLDER_SETTING, str(place))
    yield place
    QgsSettings().remove(runtime.MODELS_FOLDER_SETTING)


def card_only(path: Path, **changes: Any) -> Path:
    """A model file with a card and no tensor."""
    card = dataclasses.replace(model_card(), **changes)
    header = json.dumps({"__metadata__": card.to_metadata()}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header)
    return path


def run(name: str, feedback: Any = None, **parameters: Any) -> dict[str, Any]:
    """Run an algorithm."""
    import processing

    return processing.run(f"rgbsar:{name}", parameters, feedback=feedback or Recorder())


def sha256(path: Path) -> str:
    """Checksum, by the standard library."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_default_folder_lies_in_the_profile(provider: Any) -> None:
    """So that it outlives updates of the plugin."""
    from qgis.core import QgsApplication

    from qgis_plugin import models

    assert models.folder() == Path(QgsApplication.qgisSettingsDirPath()) / "rgbsar_landcover" / "models"


def test_card_is_shown_and_written_as_page_and_stac(provider: Any, tmp_path: Path) -> None:
    """In the log, too; the checksum is the file's."""
    model = card_only(tmp_path / "a.safetensors", title="Towns & fields", licence="CC-BY-4.0")
    html, stac = tmp_path / "card.html", tmp_path / "card.json"
    feedback = Recorder()
    result = run("describemodel", feedback, MODEL=str(model), OUTPUT_HTML=str(html), OUTPUT_STAC=str(stac))
    assert (result["NAME"], result["TITLE"], result["SHA256"]) == ("test-atto", "Towns & fields", sha256(model))
    assert "Towns & fields" in feedback.lines and f"SHA-256    {sha256(model)}" in feedback.lines
    page = html.read_text(encoding="utf-8")
    assert "Towns &amp; fields" in page and "built-up &amp; roads" in page and sha256(model) in page
    item = json.loads(stac.read_text(encoding="utf-8"))
    assert item["properties"]["mlm:name"] == "test-atto" and item["assets"]["model"]["href"] == "a.safetensors"


def test_describing_never_overwrites_the_model(provider: Any, tmp_path: Path) -> None:
    """An output of the same name."""
    from qgis.core import QgsProcessingException

    model = card_only(tmp_path / "a.safetensors")
    before = model.read_bytes()
    with pytest.raises(QgsProcessingException, match="is also the model. Choose another name"):
        run("describemodel", MODEL=str(model), OUTPUT_HTML=str(model))
    assert model.read_bytes() == before


def test_model_from_disk_is_installed_under_its_name_and_then_called_by_title(folder: Path, tmp_path: Path) -> None:
    """Copied, compared, shown."""
    source = card_only(tmp_path / "download (1).safetensors", title="Towns of the north")
    feedback = Recorder()
    result = run("importmodel", feedback, FILE=str(source), CHECKSUM=sha256(source).upper())
    assert result["PATH"] == str(folder / "test-atto.safetensors")
    assert Path(result["PATH"]).read_bytes() == source.read_bytes()
    assert "Towns of the north" in feedback.lines
    assert run("describemodel", MODEL="towns of the North")["PATH"] == result["PATH"]
    assert run("importmodel", FILE=str(source))["PATH"] == result["PATH"]  # the same file again is no conflict


def test_looking_at_a_model_installs_nothing(folder: Path, tmp_path: Path) -> None:
    """The card is in the log, the folder stays empty."""
    source = card_only(tmp_path / "a.safetensors", title="Towns of the north")
    feedback = Recorder()
    result = run("importmodel", feedback, FILE=str(source), INSTALL=False)
    assert result["TITLE"] == "Towns of the north" and "PATH" not in result
    assert "Towns of the north" in feedback.lines and list(folder.iterdir()) == []


def test_model_from_the_web_is_installed_through_qgis(folder: Path, tmp_path: Path) -> None:
    """Its address has a space; QGIS's network manager asks for it."""
    site = tmp_path / "site"
    site.mkdir()
    source = card_only(site / "a model.safetensors", title="From the web")
    with served(site) as (address, server):
        result = run("importmodel", URL=f" {address}/a%20model.safetensors ", CHECKSUM=sha256(source))
        assert "QGIS" in server.headers_seen[0]["user-agent"]
    assert Path(result["PATH"]).read_bytes() == source.read_bytes()
    assert [path.name for path in folder.iterdir()] == ["test-atto.safetensors"]


def test_download_works_in_a_thread_of_processing(folder: Path, tmp_path: Path) -> None:
    """As the dialog runs it: the network manager of that thread, and an event loop there."""
    from qgis.core import QgsApplication, QgsProcessingAlgRunnerTask, QgsProcessingContext
    from qgis.PyQt.QtCore import QCoreApplication

    site = tmp_path / "site"
    site.mkdir()
    card_only(site / "a.safetensors")
    context, feedback, done = QgsProcessingContext(), Recorder(), []
    with served(site) as (address, _):
        algorithm = QgsApplication.processingRegistry().createAlgorithmById("rgbsar:importmodel")
        task = QgsProcessingAlgRunnerTask(algorithm, {"URL": f"{address}/a.safetensors"}, context, feedback)
        task.executed.connect(lambda successful, results: done.append((successful, results)))
        QgsApplication.taskManager().addTask(task)
        deadline = time.monotonic() + 60
        while not done and time.monotonic() < deadline:
            QCoreApplication.processEvents()
            time.sleep(0.02)
    assert done and done[0][0], feedback.errors
    assert Path(done[0][1]["PATH"]).is_file()


def test_redirection_is_followed(folder: Path, tmp_path: Path) -> None:
    """As the addresses of releases are; a folder's address without its slash redirects to the one with it."""
    site = tmp_path / "site" / "models"
    site.mkdir(parents=True)
    card_only(site / "index.html", title="Moved")
    with served(site.parent) as (address, server):
        assert run("importmodel", URL=f"{address}/models")["TITLE"] == "Moved"
        assert server.requests == ["/models", "/models/"]


def test_another_checksum_an_error_page_and_a_dead_server_leave_nothing(folder: Path, tmp_path: Path) -> None:
    """Each with its sentence."""
    from qgis.core import QgsProcessingException

    site = tmp_path / "site"
    site.mkdir()
    source = card_only(site / "a.safetensors")
    (site / "page.html").write_text("<html>sign in first</html>", encoding="utf-8")
    with served(site) as (address, _):
        cases = {
            f"{address}/a.safetensors": (f"SHA-256 is {sha256(source)}; expected {'0' * 64}.*fetch it again", "0" * 64),
            f"{address}/gone.safetensors": ("the server answered 404. Check the address", ""),
            f"{address}/page.html": (f"'{address}/page.html' is truncated or not a .safetensors file", ""),
        }
        for url, (sentence, checksum) in cases.items():
            with pytest.raises(QgsProcessingException, match=sentence):
                run("importmodel", URL=url, CHECKSUM=checksum)
    with pytest.raises(QgsProcessingException, match="could not be downloaded: .*Check the address"):
        run("importmodel", URL=f"{address}/a.safetensors")
    assert list(folder.iterdir()) == []


def test_download_larger_than_allowed_is_stopped(folder: Path, tmp_path: Path) -> None:
    """Whatever the server announces."""
    from qgis_plugin import core_link, download

    (tmp_path / "big.bin").write_bytes(bytes(300_000))
    with served(tmp_path) as (address, _):
        with pytest.raises(core_link.errors.InputError, match="it is larger than"):
            download.fetch(f"{address}/big.bin", tmp_path / "x", 200_000, lambda share, text: None, lambda: False)


def test_cancelled_download_stops_and_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    """Cancelled before the first byte."""
    site = tmp_path / "site"
    site.mkdir()
    card_only(site / "a.safetensors")
    with served(site) as (address, _):
        feedback = Recorder(cancel_at="Downloading")
        assert run("importmodel", feedback, URL=f"{address}/a.safetensors") == {}
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({}, "No model file is given"),
        ({"FILE": "a.safetensors", "URL": "https://x.example/a"}, "Both a file and an address"),
        ({"URL": "ftp://x.example/a.safetensors"}, "is no web address; expected one that starts with https://"),
        ({"URL": "https://x.example/a", "CHECKSUM": "abc"}, "is no SHA-256; expected 64 hexadecimal digits"),
        ({"FILE": "gone.safetensors"}, "cannot be read"),
        ({"URL": "file:///gone/a%20b.safetensors"}, "'/gone/a b.safetensors'|a b.safetensors.* cannot be read"),
        ({"URL": "file://localhost/gone/a%23b.safetensors"}, "gone.a#b.safetensors' cannot be read"),
        ({"URL": "file://server/share/a.safetensors"}, "server.share.a.safetensors' cannot be read"),
    ],
)
def test_incomplete_requests_are_refused(folder: Path, parameters: dict[str, Any], sentence: str) -> None:
    """Before any work."""
    from qgis.core import QgsProcessingException

    with pytest.raises(QgsProcessingException, match=sentence):
        run("importmodel", **parameters)
    assert list(folder.iterdir()) == []


def test_another_model_of_that_name_is_replaced_only_if_asked(folder: Path, tmp_path: Path) -> None:
    """The installed one stays as it was."""
    from qgis.core import QgsProcessingException

    first = card_only(tmp_path / "a.safetensors", title="First")
    second = card_only(tmp_path / "b.safetensors", title="Second")
    installed = Path(run("importmodel", FILE=str(first))["PATH"])
    with pytest.raises(QgsProcessingException, match="Another model named 'test-atto' is installed"):
        run("importmodel", FILE=str(second))
    assert installed.read_bytes() == first.read_bytes()
    run("importmodel", FILE=str(second), REPLACE=True)
    assert installed.read_bytes() == second.read_bytes()


def test_classify_takes_a_title_and_refuses_an_unknown_one(folder: Path, job: dict[str, Any], model: str) -> None:
    """As well as a path."""
    import processing
    from qgis.core import QgsProcessingException

    shutil.copy(model, folder / "any name.safetensors")
    mapped = processing.run("rgbsar:classify", {**job, "MODEL": "Test ASANet"}, feedback=Recorder())
    assert mapped["MAPPED_PIXELS"] == 70 * 80
    with pytest.raises(QgsProcessingException, match="No model called 'Test ASAnt' is installed.*Did you mean"):
        processing.run("rgbsar:classify", {**job, "MODEL": "Test ASAnt"})
