"""The engine that a recipe asks for."""

from __future__ import annotations

import logging
import os
import subprocess
import sys

import numpy as np
import pytest

import chainrule as cr
from chainrule.engine.compiled import CompiledEngine
from chainrule.engine.engines import make_engine
from chainrule.engine.reference import ReferenceEngine
from chainrule.kernels.compiling import numba

DATA = cr.Dataset(np.eye(4), [0, 1, 0, 1])
NETWORK = cr.Network.create([4, 3, 2], seed=0)


def test_the_recipe_names_the_engine():
    for name, kind in (("reference", ReferenceEngine), ("compiled", CompiledEngine)):
        recipe = cr.Recipe(engine=name, seed=0)
        assert type(make_engine(NETWORK.architecture, recipe, DATA)) is kind


def test_the_first_compilation_is_told(caplog, monkeypatch, tmp_path):
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 0)
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    with caplog.at_level(logging.INFO, "chainrule"):
        make_engine(NETWORK.architecture, cr.Recipe(engine="compiled", seed=0), DATA)
    assert caplog.messages == ["The kernels are compiled, this once: about 10 s."]


def test_without_the_compiled_engine_the_law_remains(monkeypatch):
    monkeypatch.setitem(sys.modules, "chainrule.engine.compiled", None)
    with pytest.raises(cr.ChainruleError, match="Install it by: pip install"):
        make_engine(NETWORK.architecture, cr.Recipe(engine="compiled", seed=0), DATA)


WITHOUT_NUMBA = """
import sys
sys.modules["numba"] = None
import numpy as np
import chainrule as cr
try:
    cr.train(cr.Network.create([4, 2]), cr.Dataset(np.eye(4), [0, 1, 0, 1]),
             cr.Recipe(engine="compiled", cost="squared_error"))
except cr.ChainruleError as error:
    print(type(error).__name__, error)
"""


def test_without_numba_the_remedy_is_told():
    told = subprocess.run(
        [sys.executable, "-c", WITHOUT_NUMBA],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    assert told.stdout == (
        "MissingLibraryError train: expected Numba, which the compiled engine needs, got import of "
        "numba halted; None in sys.modules. Install it by: pip install 'chainrule[compiled]'; "
        "or take engine 'reference'.\n"
    )
