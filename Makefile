# Each target that needs them makes the system packages and .venv first, once (tools/set_up.sh).
PYTHON ?= /usr/bin/python3
PROFILE ?= default
ARGS ?=

READY := .venv/.ready
RUN := .venv/bin/python

export PYTHON
export PYTHONNOUSERSITE := 1
export QT_QPA_PLATFORM ?= offscreen

# One process a core, each with one thread: twice as fast as one process with all threads.
TEST = OMP_NUM_THREADS=1 $(RUN) -m pytest -q -n auto

# QGIS reads and writes its settings in a folder that is thrown away afterwards.
THROW_AWAY_PROFILE = profile=$$(mktemp -d) && trap 'rm -rf "$$profile"' EXIT && export QGIS_CUSTOM_CONFIG_PATH="$$profile"

.DEFAULT_GOAL := help
.PHONY: help setup demo model test test-slow test-qgis test-gui test-qgis-trixie test-qgis-forky check-qt6 lint typecheck format translations screenshots scan check link package clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

setup: $(READY)  ## system packages and .venv, if missing (targets that need them do this by themselves)

$(READY): tools/set_up.sh requirements/torch.txt requirements/development.txt
	@bash tools/set_up.sh
	@touch $@

demo: $(READY)  ## classify the example scene through QGIS; results in build/demo
	@$(THROW_AWAY_PROFILE) && $(RUN) tools/demo.py $(ARGS)

model: $(READY)  ## train the shipped model again: fetches its scenes, or takes them from SCENES=folder
	@$(RUN) -m training.data.fetch_landcover_us $(if $(SCENES),--from $(SCENES))
	@$(RUN) -m training.train training/recipes/asanet/landcover_us.yaml $(ARGS)
	@$(RUN) -m training.train training/recipes/asanet/landcover_us_missing.yaml $(ARGS)

test: $(READY)  ## the tests (ARGS="-k name" chooses)
	@$(THROW_AWAY_PROFILE) && $(TEST) -m "not slow" $(ARGS)

test-slow: $(READY)  ## those that take long: full-size references, exports, killed runs (CI runs them, too)
	@$(THROW_AWAY_PROFILE) && $(TEST) -m slow $(ARGS)

test-qgis: $(READY)  ## only the tests that need QGIS
	@$(THROW_AWAY_PROFILE) && $(TEST) -m qgis $(ARGS)

test-gui: $(READY)  ## only the tests in a real QGIS window, on a screen of their own
	@$(THROW_AWAY_PROFILE) && $(TEST) tests/gui $(ARGS)

test-qgis-trixie:  ## the plugin's tests on Debian 13: QGIS 3.40, Python 3.13 (as root; makes a tree of 4 GB once)
	@bash tools/test_on_debian.sh trixie $(ARGS)

test-qgis-forky:  ## the same on what will be Debian 14: QGIS 3.44, Python 3.14, GDAL 3.13
	@bash tools/test_on_debian.sh forky $(ARGS)

check-qt6:  ## hold what the plugin takes from Qt against PyQt6 (QGIS 4)
	@[ -x build/qt6/bin/python ] || { $(PYTHON) -m venv build/qt6 && build/qt6/bin/pip install -q PyQt6; }
	@build/qt6/bin/python tools/check_qt6.py

lint: $(READY)  ## ruff
	@$(RUN) -m ruff check .

typecheck: $(READY)  ## mypy --strict on rgbsar_core and training
	@$(RUN) -m mypy

format: $(READY)  ## sort imports and mend what ruff can mend by itself
	@$(RUN) -m ruff check --fix .

translations: $(READY)  ## find the interface's texts, list what lacks a translation, compile
	@$(THROW_AWAY_PROFILE) && $(RUN) tools/translations.py update; $(RUN) tools/translations.py compile

package: $(READY)  ## the plugin's zip, in build/
	@$(RUN) tools/package.py zip

screenshots: $(READY)  ## take the pictures of docs/user/images again, in a real QGIS window
	@$(THROW_AWAY_PROFILE) && unset QT_QPA_PLATFORM && xvfb-run -a -s "-screen 0 1400x900x24" \
		$$(command -v qgis.bin || command -v qgis) --noversioncheck --nologo --code tools/screenshots.py

scan: package  ## the plugin site's security scanners on the built plugin
	@$(RUN) tools/scan.py build/plugin/rgbsar_landcover

check: lint typecheck scan test  ## lint, typecheck, scan, test

link: $(READY)  ## link the working tree into a QGIS profile (PROFILE=default)
	@$(RUN) tools/package.py link --profile $(PROFILE)

clean:  ## remove what was built (.venv stays)
	@rm -rf build .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info lightning_logs
	@find . -name __pycache__ -not -path './.venv/*' -type d -prune -exec rm -rf {} +
