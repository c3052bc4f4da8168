"""The parameters of ``rgbsar:trainmodel``: their widgets and help, and the way to the core's values."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingOutputNumber,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
    QgsProcessingUtils,
)

from .. import core_link, sources
from .model_parameter import model_parameter, model_path

DEVICES = (
    ("auto", "Automatic: GPU if there is one"),
    ("cpu", "CPU"),
    ("cuda", "NVIDIA GPU"),
    ("mps", "Apple GPU"),
)
HELP = {
    "FOLDER": "Folder that 'Create training data' made: tiles, lists and dataset.json. Run 'Check training data' on it "
    "first.",
    "NETWORK": "Which network, and where it comes in sizes, how large: asanet atto is the smallest and trains on a CPU "
    "in minutes; tiny and base want a GPU. Not asked where you start from a model.",
    "START": "Model whose weights are the start; often better than fresh ones where labels are few. It needs as "
    "many optical and SAR bands as the data set; its classes may be others. Empty: fresh weights.",
    "MINUTES": "The learning rate falls to its end within this time. Starting, preparing tiles and writing the model "
    "come on top. Empty or 0: as many as the epochs take.",
    "EPOCHS": "So many times each training tile is seen, about. With minutes, whichever ends first. Empty: no limit.",
    "DEVICE": "Where the network is trained.",
    "OPTIONS": "Other forms of the network, such as variant=cfm or modality=optical; several separated by commas.",
    "BATCH": "Samples of one step. Smaller if memory runs out.",
    "CROP": "Side of a sample, pixels. Empty: the tile's, up to 192.",
    "RATE": "Empty: one that suits the network, a third of it where you start from a model.",
    "SEED": "Of weights and samples.",
    "WORKERS": "Processes that make samples, on Linux. Empty: chosen for the device.",
    "DROPOUT": "In so many samples optical or SAR is left out, so that the model can map where one is missing (clouds, "
    "gaps). 20 is a good value; accuracy where both are there falls a little.",
    "TITLE": "Name of the model for people. Empty: that of the data set.",
    "LICENCE": "Under which the model may be used; it stands in the model file. That of your data may bind you.",
    "MODEL": "Model file (.safetensors) for 'Classify land cover'. Cancelling writes the best weights so far.",
    "REPORT": "HTML page with curves, confusion matrix, accuracy of each class and predictions beside the labels.",
}


def add_parameters(algorithm: Any) -> None:
    """Declare every input and output."""
    tr, file, kinds = algorithm.tr, QgsProcessingParameterFile, QgsProcessingParameterNumber.Type
    train = core_link.core_module("model_training.parameters")

    def add(parameter: Any, advanced: bool = False) -> None:
        algorithm.add(parameter, HELP[parameter.name()], advanced)

    def number(
        name: str, text: str, default: Any, low: Any, high: Any, whole: bool = True, advanced: bool = True
    ) -> None:
        kind = kinds.Integer if whole else kinds.Double
        parameter = QgsProcessingParameterNumber(name, text, kind, default, True, low, high)
        if not whole:
            parameter.setMetadata({"widget_wrapper": {"decimals": 6 if name == "RATE" else 1}})
        add(parameter, advanced)

    add(file("FOLDER", tr("Data set"), file.Behavior.Folder))
    networks = list(train.network_choices())
    add(QgsProcessingParameterEnum("NETWORK", tr("Network"), networks, False, train.DEFAULT_NETWORK, True, True))
    start = model_parameter("START", tr("Start from this model"), optional=True)
    start.setDefaultValue(None)
    add(start)
    number("MINUTES", tr("Time for training (minutes)"), 20.0, 0.0, 100_000, whole=False, advanced=False)
    number("EPOCHS", tr("Epochs"), None, 1, 1_000_000, advanced=False)
    labels = [tr(label) for _, label in DEVICES]
    add(QgsProcessingParameterEnum("DEVICE", tr("Device"), labels, defaultValue=0))
    add(QgsProcessingParameterString("OPTIONS", tr("Form of the network"), None, False, True), advanced=True)
    number("BATCH", tr("Batch size"), 8, 2, 4096)
    number("CROP", tr("Crop (pixels)"), None, 32, 4096)
    number("RATE", tr("Learning rate"), None, 0.0, 1.0, whole=False)
    number("SEED", tr("Random seed"), 42, 0, 2**31 - 1)
    number("WORKERS", tr("Worker processes"), None, 0, 64)
    number("DROPOUT", tr("Samples without optical or SAR (%)"), 0.0, 0.0, 100.0, whole=False)
    add(QgsProcessingParameterString("TITLE", tr("Title of the model"), None, False, True), advanced=True)
    add(QgsProcessingParameterString("LICENCE", tr("Licence of the model"), None, False, True), advanced=True)
    document = QgsProcessingParameterFileDestination
    add(document("MODEL", tr("Model"), tr("Model files (*.safetensors)")))
    add(document("REPORT", tr("Report"), tr("HTML files (*.html)"), None, True, True))
    for name, text in (
        ("MEAN_IOU", tr("Mean IoU")),
        ("OVERALL_ACCURACY", tr("Overall accuracy")),
        ("STEPS", tr("Steps behind the weights")),
    ):
        algorithm.addOutput(QgsProcessingOutputNumber(name, text))


def request(algorithm: Any, parameters: dict[str, Any], context: Any, running: bool) -> Any:
    """The core's ``TrainParameters``.

    Args:
        algorithm, parameters, context: as in ``processAlgorithm``.
        running: False while the parameters are only looked at: outputs without a name get none then.

    Raises:
        InputError, ModelFileError: values the core refuses.
    """
    train = core_link.core_module("model_training.parameters")

    def given(name: str, read: Any) -> Any:
        return None if algorithm.is_empty(parameters, name, context) else read(parameters, name, context)

    def output(name: str, ending: str) -> str:
        if running:
            return str(algorithm.parameterAsFileOutput(parameters, name, context))
        named = sources.output_path(parameters.get(name), context)
        return named or QgsProcessingUtils.generateTempFilename(f"output.{ending}")

    choice = given("NETWORK", algorithm.parameterAsString) or train.DEFAULT_NETWORK
    network, options = train.read_choice(choice, given("OPTIONS", algorithm.parameterAsString) or "")
    return train.TrainParameters(
        folder=algorithm.parameterAsFile(parameters, "FOLDER", context),
        model=output("MODEL", "safetensors"),
        network=network,
        options=options,
        start_from=model_path(algorithm, parameters, "START", context) or None,
        minutes=given("MINUTES", algorithm.parameterAsDouble) or None,
        epochs=given("EPOCHS", algorithm.parameterAsInt),
        device=DEVICES[algorithm.parameterAsEnum(parameters, "DEVICE", context)][0],
        batch=algorithm.parameterAsInt(parameters, "BATCH", context),
        crop=given("CROP", algorithm.parameterAsInt),
        rate=given("RATE", algorithm.parameterAsDouble) or None,
        seed=algorithm.parameterAsInt(parameters, "SEED", context),
        workers=given("WORKERS", algorithm.parameterAsInt),
        dropout=algorithm.parameterAsDouble(parameters, "DROPOUT", context) / 100,
        title=algorithm.parameterAsString(parameters, "TITLE", context).strip(),
        licence=algorithm.parameterAsString(parameters, "LICENCE", context).strip(),
        report=output("REPORT", "html") or None,
    )
