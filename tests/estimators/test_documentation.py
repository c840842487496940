"""The example of docs/estimators.md runs and says what the page says."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "estimators.md"


def test_the_example_runs(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    example = code[1].replace("random_state=0))", 'random_state=0, engine="reference"))')
    exec(compile(example, "docs/estimators.md", "exec"), {})
    score, title = capsys.readouterr().out.splitlines()
    assert float(score) > 0.95
    assert title.startswith("Why the network chose ")
    assert (tmp_path / "wine.safetensors").exists()
