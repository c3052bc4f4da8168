"""Load, use and unload a built plugin as QGIS does; run by test_packaging.py in a Python that sees no repository.

    python -I load_built_plugin.py PLUGINS_FOLDER SHADOW_FOLDER

Prints one JSON object: the algorithms, what rgbsar:runtime says where there is no torch, what is left after unload.
"""

import importlib
import json
import sys

plugins_folder, shadow_folder = sys.argv[1:3]
PACKAGE = "rgbsar_landcover"


def main() -> None:
    from qgis.core import QgsApplication

    application = QgsApplication([], False)
    application.initQgis()
    sys.path.append(application.pkgDataPath() + "/python/plugins")  # where QGIS keeps Processing
    from processing.core.Processing import Processing

    Processing.initialize()
    sys.path[:0] = [shadow_folder, plugins_folder]
    report = drive_plugin(application)
    print(json.dumps(report))
    application.exitQgis()


def drive_plugin(application) -> dict:
    plugin = importlib.import_module(PACKAGE).classFactory(None)
    plugin.initProcessing()
    registry = application.processingRegistry()
    provider = registry.providerById("rgbsar")
    report = {
        "provider": provider.name(),
        "algorithms": sorted(algorithm.id() for algorithm in provider.algorithms()),
        "without_parameters": sorted(a.id() for a in provider.algorithms() if not a.parameterDefinitions()),
        "without_help": sorted(a.id() for a in provider.algorithms() if not a.shortHelpString()),
        "status": runtime_status(registry.createAlgorithmById("rgbsar:runtime")),
        "core": sys.modules[f"{PACKAGE}.rgbsar_core"].__file__,
        "files": sorted(
            module.__file__ for name, module in sys.modules.items() if name.startswith(PACKAGE) and module.__file__
        ),
    }
    del provider
    plugin.unload()
    report["torch_imported"] = "torch" in sys.modules
    report["provider_left"] = registry.providerById("rgbsar") is not None
    report["modules_left"] = sorted(name for name in sys.modules if name.split(".")[0] in (PACKAGE, "rgbsar_core"))
    return report


def runtime_status(algorithm) -> str:
    """Run rgbsar:runtime with its defaults (status) and return all it says, the error's text included."""
    from qgis.core import QgsProcessingContext, QgsProcessingException, QgsProcessingFeedback

    feedback = QgsProcessingFeedback()
    context = QgsProcessingContext()
    can, reason = algorithm.canExecute()
    if not can:
        return reason
    parameters = {
        definition.name(): definition.defaultValue()
        for definition in algorithm.parameterDefinitions()
        if not definition.isDestination()
    }
    try:
        results, _ = algorithm.run(parameters, context, feedback)
    except QgsProcessingException as error:
        return f"{feedback.textLog()}\n{error}"
    return f"{feedback.textLog()}\n{results}"


main()
