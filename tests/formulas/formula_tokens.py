"""Displayed formulas as tokens: LaTeX of the derivations, plain text of docstrings.

Both notations give the same tokens, so that one parser reads them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from formula_tree import FormulaError, Span

__all__ = ["FUNCTIONS", "Token", "tokenize_latex", "tokenize_text"]

FUNCTIONS = frozenset(
    ["ln", "exp", "cos", "sin", "tanh", "max", "min", "erfc", "sign", "sd", "Var", "softmax"]
)
_WORDS = frozenset(
    [
        "state",
        "epoch",
        "epochs",
        "steps",
        "step",
        "drops",
        "low",
        "high",
        "deviation",
        "fan",
        "in",
        "out",
        "key",
        "partner",
        "right",
        "wrong",
    ]
)
"""Names of more than one letter in LaTeX; other letters side by side are a product."""

_GREEK = {
    **{"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "varepsilon": "ε", "eta": "η"},
    **{"theta": "θ", "vartheta": "ϑ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "pi": "π"},
    **{"rho": "ρ", "sigma": "σ", "tau": "τ", "varphi": "φ", "Phi": "Φ", "ell": "ℓ", "infty": "∞"},
    **{"Delta": "Δ", "angle": "∠", "star": "*"},
}
_OPERATORS = {
    **{"odot": "⊙", "cdot": "·", "le": "≤", "ge": "≥", "lt": "<", "gt": ">", "ne": "≠"},
    **{"leftarrow": "←", "sim": "~", "approx": "≈", "oplus": "⊕", "gg": "≫", "bmod": "mod"},
    **{"to": "→", "ldots": "…", "mid": ",", "partial": "∂"},
    **{"lvert": "|(", "rvert": "|)", "lVert": "‖(", "rVert": "|)", "lfloor": "⌊", "rfloor": "⌋"},
}
_STRUCTURE = frozenset(
    ["frac", "tfrac", "sqrt", "sum", "int", "overline", "hat", "bar", "tilde", "xrightarrow"]
)
_SPACE = frozenset(("left", "right", "big", ",", ";", "!", "left.", "right."))
_MARKS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303"}

_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵀᵗᵏˡⁿⁱ", "0123456789-Ttklni", strict=True))
_SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))


@dataclass(frozen=True)
class Token:
    """One sign of a formula.

    Args:
        kind: "number", "name", "function", "words", "separator", "operator", "structure" or "for",
            "else".
        text: as the parser knows it.
        span: where it stands.
        spaced: whether white space stands before it.
    """

    kind: str
    text: str
    span: Span
    spaced: bool


class _Collector:
    """Tokens so far, each with its place."""

    def __init__(self) -> None:
        self.tokens: list[Token] = []
        self.spaced = False

    def add(self, kind: str, text: str, start: int, end: int) -> None:
        self.tokens.append(Token(kind, text, Span(start, end), self.spaced))
        self.spaced = False

    def add_remark(self, text: str, start: int, end: int) -> None:
        """Words among signs: "for" and "else" of a case distinction, other words as they are."""
        found = re.fullmatch(r"\s*((?:for|where|if)\b)?(.*?)(,?\s*else)?\s*", text, re.DOTALL)
        if found is None:
            raise FormulaError(f"unreadable words {text!r}")
        opening, words, closing = found[1], found[2].strip(" ,."), found[3]
        if opening and not (words or closing):
            self.add("for", opening, start, end)
            return
        if opening:
            self.add("for", opening, start, start)
        if words:
            self.add("words", words, start, end)
        if closing:
            self.add("else", "else", end, end)


_LATEX = re.compile(
    r"""(?P<space>\s+|~)
    |(?P<equal>&=)
    |(?P<cell>&)
    |(?P<break>\\\\)
    |\\text\{(?P<text>[^}]*)\}
    |\\(?:mathrm|operatorname)\{(?P<named>\w+)\}
    |(?P<transpose>\\mathsf\s*T)
    |\\(?P<edge>begin|end)\{(?P<environment>\w+)\}
    |\\(?P<command>[A-Za-z]+|[,;!])
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<letters>[A-Za-z]+)
    |(?P<prime>')
    |(?P<sign>.)""",
    re.VERBOSE,
)


def tokenize_latex(source: str) -> list[Token]:
    """The tokens of a formula in LaTeX."""
    out, short, at = _Collector(), 0, 0
    while at < len(source):
        found = _LATEX.match(source, at)
        assert found is not None
        kind, start, end = found.lastgroup, at, found.end()
        if kind == "space":
            out.spaced = True
        elif kind == "number":
            digits = found[0][:1] if short else found[0]
            end = start + len(digits)
            out.add("number", digits, start, end)
            short -= bool(short)
        elif kind == "letters":
            end = _add_letters(out, source, start, end, bool(short))
            short -= bool(short)
        elif kind == "command":
            short = _add_command(out, found["command"], start, end, short)
        else:
            _add_other(out, found, start, end)
            short = 0 if found[0] == "{" else short
        at = end
    return out.tokens


def _add_letters(out: _Collector, source: str, start: int, end: int, single: bool) -> int:
    """Add one or more names that are written side by side; return where the last one ends."""
    run = source[start:end]
    if run in _WORDS and not single:
        out.add("name", run, start, end)
        return end
    while start < end:
        greek = re.match(r"d\\([A-Za-z]+)", source[start:])
        if source[start] == "d" and not single and start + 1 < end:
            out.add("name", source[start : start + 2], start, start + 2)
            start += 2
        elif greek and greek[1] in _GREEK and not single:
            out.add("name", "d" + _GREEK[greek[1]], start, start + greek.end())
            return start + greek.end()
        else:
            out.add("name", source[start], start, start + 1)
            start += 1
        if single:
            return start
    return end


def _add_command(out: _Collector, command: str, start: int, end: int, short: int) -> int:
    """Add a command; return how many arguments of one sign may follow it."""
    if command in _SPACE:
        out.spaced = out.spaced or command in (",", ";")
        return short
    if command in ("qquad", "quad"):
        out.add("separator", command, start, end)
    elif command in FUNCTIONS:
        out.add("function", command, start, end)
    elif command in _GREEK:
        out.add("name", _GREEK[command], start, end)
        return short - bool(short)
    elif command in _OPERATORS:
        out.add("operator", _OPERATORS[command], start, end)
    elif command in _STRUCTURE:
        out.add("structure", command.replace("tfrac", "frac"), start, end)
        return 2 if "frac" in command else 1 if command == "sqrt" else short
    else:
        raise FormulaError(f"unknown command \\{command}")
    return short


def _add_other(out: _Collector, found: re.Match[str], start: int, end: int) -> None:
    if found["text"] is not None:
        out.add_remark(found["text"], start, end)
    elif found["named"]:
        kind = "function" if found["named"] in FUNCTIONS else "name"
        out.add(kind, found["named"], start, end)
    elif found["transpose"]:
        out.add("operator", "T", start, end)
    elif found["edge"]:
        if found["environment"] == "pmatrix":
            out.add("structure", found["edge"] + " matrix", start, end)
    elif found["break"] or found["cell"]:
        out.add("separator", found[0], start, end)
    elif found["equal"]:
        out.add("operator", "=", start, end)
    else:
        out.add("operator", found[0], start, end)


_TEXT = re.compile(
    r"""(?P<separator>[ ]{2,}|\n\s*)
    |(?P<space>[ ])
    |(?P<remark>\b(?:for|where|if|else)\b)
    |(?P<number>\d+(?:\.\d+)?|½)
    |(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵀᵗᵏˡⁿⁱ]+)
    |(?P<lowered>[₀₁₂₃₄₅₆₇₈₉]+)
    |(?P<letters>(?:[^\W\d_ΣΦ⁰¹²³⁴⁵⁶⁷⁸⁹ᵀᵗᵏˡⁿⁱ₀-₉½]|Φ)[\u0300-\u036f]?(?:[^\W\d_ΣΦ⁰¹²³⁴⁵⁶⁷⁸⁹ᵀᵗᵏˡⁿⁱ₀-₉½][\u0300-\u036f]?)*(?:1(?=\())?)
    |(?P<sign>>>|>=|<=|\+=|\S)""",
    re.VERBOSE,
)
_ALIASES = {">=": "≥", "<=": "≤", ">>": "≫", "*": "·", "√": "sqrt", "Σ": "sum"}


def tokenize_text(source: str) -> list[Token]:
    """The tokens of a formula in plain text."""
    out, at = _Collector(), 0
    while at < len(source):
        found = _TEXT.match(source, at)
        assert found is not None
        kind, text, start, end = found.lastgroup, found[0], at, found.end()
        if kind == "space":
            out.spaced = True
        elif kind == "separator":
            out.add("separator", " ", start, end)
            out.spaced = True
        elif kind == "remark":
            out.add("else" if text == "else" else "for", text, start, end)
        elif kind == "letters":
            name = unicodedata.normalize("NFC", text)
            word = "operator" if name == "mod" else "function" if name in FUNCTIONS else "name"
            out.add(word, name, start, end)
        elif kind in ("raised", "lowered"):
            _add_small(out, text, kind, start)
        elif kind == "number":
            out.add("number", text, start, end)
        else:
            structure = "structure" if text in "√Σ" else "operator"
            out.add(structure, _ALIASES.get(text, text), start, end)
        at = end
    return out.tokens


def _add_small(out: _Collector, text: str, kind: str, start: int) -> None:
    """Add raised or lowered characters as an exponent or an index in braces."""
    table = _SUPERSCRIPTS if kind == "raised" else _SUBSCRIPTS
    end = start + len(text)
    out.add("operator", "^" if kind == "raised" else "_", start, start)
    out.add("operator", "{", start, start)
    plain = "".join(table[sign] for sign in text)
    for found in re.finditer(r"\d+|.", plain):
        word = "number" if found[0].isdigit() else "operator" if found[0] in "-T" else "name"
        out.add(word, found[0], start + found.start(), start + found.end())
    out.add("operator", "}", end, end)
