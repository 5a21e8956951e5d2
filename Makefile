# Everything a developer or an administrator types. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= $(shell tools/python)
VENV := .venv
BIN := $(VENV)/bin
export PYTHONPATH := $(CURDIR)
.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test attacks faults check bench bench-gate bench-pages bench-roster bench-scale mutants fix lock settings commands wheel pictures manual clean

help: ## この一覧を出す / list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/run ## 見本の会議で試す / try it with the sample meeting
	@exec $(BIN)/python app.py demo

demo-reset: $(VENV)/run ## デモをはじめの状態に戻す / start the demo over
	@$(BIN)/python app.py demo --reset

test: $(VENV)/dev ## すべての検査とテスト / every check and test
	@tools/system-packages
	@$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest -n auto --dist worksteal --durations=20 --cov --cov-report=
	$(BIN)/python tools/coverage_floor.py

attacks: $(VENV)/dev ## すべての攻撃を試し、止めたものを一覧にする / try every attack, list what stopped it
	@tools/system-packages
	@$(BIN)/python -m pytest tests/attacks -q -n auto --dist worksteal -p tests.attacks.listing

faults: $(VENV)/dev ## 止まる・切れる・満杯になる場合をすべて試す（10分ほど） / kill, cut, fill up: nothing lost, nothing doubled
	@tools/system-packages
	@nice -n 5 $(BIN)/python -m tests.faults $(FAULTS)

check: $(VENV)/dev ## 書式・静的検査だけ / format, lint, types, contracts, migrations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/check_migrations.py

bench: $(VENV)/run ## 送信の速さをほかのソフトと並べて測る（20分ほど） / measure delivery beside other senders
	@benchmarks/delivery/install var/bench
	@$(BIN)/python -m benchmarks.delivery $(BENCH)

bench-gate: $(VENV)/run ## 送信ゲートにかかる時間を測る（数分） / measure what the gate costs (minutes)
	@$(BIN)/python benchmarks/gate_cost.py

bench-pages: $(VENV)/run ## いっぱいのデータですべての画面の速さを測る（初回は30分ほど） / measure every page over a full database
	@$(BIN)/python -m benchmarks.pages $(BENCH)

bench-roster: $(VENV)/run ## 名簿の読み取りにかかる時間を測る（数分） / measure reading a roster (minutes)
	@$(BIN)/python benchmarks/roster.py

bench-scale: $(VENV)/dev ## 送信処理を増やしたとき・長い送信・故障を測る（30分ほど） / measure growing: workers, long sendings, deaths
	@benchmarks/scale/install var/bench
	@$(BIN)/python -m benchmarks.scale $(BENCH)

mutants: $(VENV)/dev ## テストの強さを測る（MODULES="…" で一部だけ） / mutation testing, some modules only
	nice -n 5 $(BIN)/python -m tools.mutants $(MODULES)

fix: $(VENV)/dev ## 書式を直す / format and fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/dev ## requirements*.txt を作り直す / pin the libraries anew
	$(BIN)/uv pip compile --generate-hashes --universal --python-version 3.11 --no-header -q requirements.in -o requirements.txt
	$(BIN)/uv pip compile --generate-hashes --universal --python-version 3.11 --no-header -q requirements-dev.in -o requirements-dev.txt

settings: $(VENV)/run ## docs/settings.md と findings.md の表を作り直す / write their tables anew
	@$(BIN)/python tools/settings_page.py
	@$(BIN)/python tools/findings_page.py

wheel: $(VENV)/dev ## サーバーに入れるものを dist/ に作る / the wheel and what goes with it (docs/operate.md)
	rm -rf dist
	$(BIN)/python -m pip wheel -q --disable-pip-version-check --no-deps --no-build-isolation --no-index -w dist .
	cp -r requirements.txt deploy dist/

commands: $(VENV)/run ## docs/commands.md を作り直す / write the page of the commands anew
	@$(BIN)/python tools/commands_page.py

pictures: $(VENV)/dev ## 画面の写真を撮り直す（READMEの絵も） / take pictures of the pages, README's too
	@mkdir -p var/pictures
	$(BIN)/python -m pytest tests/journeys --pictures var/pictures
	cp var/pictures/sending-1280-top.png docs/images/sending.png

manual: $(VENV)/dev ## 使い方（docs/manual）の写真を撮り直す / take the manual's pictures anew
	@mkdir -p var/pictures
	$(BIN)/python -m pytest tests/journeys -k "not postgresql" --pictures var/pictures
	$(BIN)/python tools/manual_pictures.py var/pictures

clean: ## 仮想環境とデモのデータを消す / remove the virtual environment and the demo's data
	rm -rf $(VENV) var mutants dist

# --no-deps: the lock is whole. Older pips look beyond it for "coverage[toml]", and fail.
INSTALL := $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps

$(VENV)/run: requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) -r requirements.txt
	touch $@

$(VENV)/dev: $(VENV)/run requirements-dev.txt
	$(INSTALL) -r requirements-dev.txt
	touch $@
