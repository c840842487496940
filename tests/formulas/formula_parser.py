"""Displayed formulas read into trees."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from formula_tokens import Token, tokenize_latex, tokenize_text
from formula_tree import FormulaError, Node, Span

__all__ = ["RELATIONS", "parse_latex", "parse_text"]

RELATIONS = ("=", "+=", "←", "~", "≈", "<", ">", "≤", "≥", "≠")
_COMPARISONS = ("=", "<", ">", "≤", "≥", "≠")
_OPERATORS = ("/", "⊙", "·", "mod", "⊕", "≫")
_OPENING = ("(", "[", "{", "|(", "‖(", "⌊", "∂")
_MARKS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303"}
_CONNECTIVES = ("with", "or", "so", "not", "modulo", "computed")
_PUNCTUATION = (",", ".", ":", ";")


def parse_latex(source: str) -> list[Node]:
    """The statements of a display in LaTeX: relations, expressions, and remarks between them."""
    return _Parser(tokenize_latex(source)).statements()


def parse_text(source: str) -> list[Node]:
    """The statements of a display in plain text."""
    return _Parser(tokenize_text(source)).statements()


class _Parser:
    """Recursive descent over the tokens of one display."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.bars: list[str] = []

    # Tokens

    def peek(self, ahead: int = 0) -> Token | None:
        place = self.at + ahead
        return self.tokens[place] if place < len(self.tokens) else None

    def text(self, ahead: int = 0) -> str:
        token = self.peek(ahead)
        return token.text if token and token.kind in ("operator", "structure") else ""

    def kind(self, ahead: int = 0) -> str:
        token = self.peek(ahead)
        return token.kind if token else "end"

    def take(self) -> Token:
        token = self.peek()
        if token is None:
            raise FormulaError("the formula ends too early")
        self.at += 1
        return token

    def accept(self, *texts: str) -> bool:
        if self.text() in texts:
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.accept(text):
            found = self.peek()
            raise FormulaError(f"expected {text!r}, got {found.text if found else 'the end'!r}")

    def is_tight(self) -> bool:
        """Whether the next token stands without white space after the one before it."""
        token = self.peek()
        return token is not None and not token.spaced

    def node(self, kind: str, start: int, *parts: Node, text: str = "", **more: object) -> Node:
        signs = more.get("signs", ())
        assert isinstance(signs, tuple)
        return Node(kind, self.span(start), parts, text, signs)

    def span(self, start: int) -> Span:
        end = self.tokens[max(self.at, start + 1) - 1].span.end
        return Span(self.tokens[start].span.start, end)

    # Statements

    def statements(self) -> list[Node]:
        found: list[Node] = []
        while self.peek() is not None:
            start = self.at
            if self.kind() == "separator" or self.text() in _PUNCTUATION:
                self.at += 1
            elif self.kind() == "words":
                words = self.take()
                found.append(self.node("remark", start, text=words.text))
            else:
                found.append(self.relation())
        return found

    def relation(self) -> Node:
        start, parts, signs = self.at, [self.side()], list[str]()
        while self.text() in RELATIONS:
            signs.append(self.take().text)
            parts.append(self.side())
        ends = self.kind() in ("end", "separator", "words") or self.text() in _PUNCTUATION
        if not ends:
            raise FormulaError(f"unexpected {self.take().text!r}")
        if not signs:
            return self.node("expression", start, parts[0])
        return self.node("relation", start, *parts, signs=tuple(signs))

    def side(self) -> Node:
        """One side of a relation: an expression, a list of them, or a case distinction."""
        start, parts = self.at, [self.expression()]
        while self.text() == "," and self.begins_factor(1):
            self.at += 1
            parts.append(self.expression())
        value = parts[0] if len(parts) == 1 else self.node("tuple", start, *parts)
        if self.accept("…"):
            return self.node("range", start, value, self.expression())
        if self.kind() != "for":
            return value
        self.at += 1
        condition = self.condition()
        self.accept(",")
        if self.kind() != "else":
            raise FormulaError("a case without 'else'")
        self.at += 1
        return self.node("case", start, value, condition, self.side())

    def condition(self) -> Node:
        start, ahead, depth = self.at, 0, 0
        while self.kind(ahead) not in ("else", "end") and (depth or self.text(ahead) != ","):
            depth += (self.text(ahead) == "(") - (self.text(ahead) == ")")
            if not depth and self.text(ahead) in _COMPARISONS:
                return self.comparisons()
            ahead += 1
        words = " ".join(self.take().text for _ in range(ahead))
        return self.node("name", start, text=words)

    def comparisons(self) -> Node:
        start, parts = self.at, [self.comparison()]
        while self.text() == "," and self.kind(1) != "else":
            self.at += 1
            parts.append(self.comparison())
        return parts[0] if len(parts) == 1 else self.node("all", start, *parts)

    def comparison(self) -> Node:
        start, parts, signs = self.at, [self.expression()], list[str]()
        while self.text() in _COMPARISONS:
            signs.append(self.take().text)
            parts.append(self.expression())
        if not signs:
            raise FormulaError("a condition without a comparison")
        return self.node("compare", start, *parts, signs=tuple(signs))

    # Expressions

    def expression(self) -> Node:
        start, parts, signs = self.at, list[Node](), list[str]()
        if self.text() in ("-", "+"):
            signs.append(self.take().text)
        else:
            signs.append("+")
        parts.append(self.term())
        while self.text() in ("+", "-"):
            signs.append(self.take().text)
            parts.append(self.term())
        if signs == ["+"]:
            return parts[0]
        return self.node("add", start, *parts, signs=tuple(signs))

    def term(self) -> Node:
        start, value = self.at, self.chain()
        while self.text() in _OPERATORS:
            operator = self.take().text
            right = self.chain(divides=operator == "/")
            derivative = _as_derivative(value, right) if operator == "/" else None
            if derivative:
                value = self.node("derivative", start, *derivative)
            else:
                value = self.node("binary", start, value, right, text=operator)
        return value

    def chain(self, divides: bool = False) -> Node:
        """Factors side by side; a divisor of more than one factor begins with a number."""
        start, parts = self.at, [self.factor()]
        while self.begins_factor():
            if divides and parts[0].kind != "number":
                raise FormulaError("what does the stroke divide by? Brackets are missing")
            parts.append(self.factor())
        return parts[0] if len(parts) == 1 else self.node("product", start, *parts)

    def begins_factor(self, ahead: int = 0) -> bool:
        kind, text = self.kind(ahead), self.text(ahead)
        if kind == "structure":
            return not text.startswith("end")
        if text in ("|", "‖"):
            return not (self.bars and self.bars[-1] == text)
        return kind in ("number", "name", "function") or text in _OPENING

    def factor(self) -> Node:
        return self.postfix(self.at, self.base())

    def base(self) -> Node:
        start, kind, text = self.at, self.kind(), self.text()
        if kind == "number":
            return self.node("number", start, text=self.take().text)
        if kind == "name":
            return self.node("name", start, text=self.take().text)
        if kind == "function":
            return self.function()
        if kind == "structure":
            return self.structure()
        readers: dict[str, Callable[[], Node]] = {
            "(": self.bracketed,
            "{": lambda: self.enclosed("group", "}"),
            "[": self.squared,
            "|": lambda: self.barred("absolute"),
            "‖": lambda: self.barred("norm"),
            "|(": lambda: self.enclosed("absolute", "|)"),
            "‖(": lambda: self.enclosed("norm", "|)"),
            "⌊": lambda: self.enclosed("floor", "⌋"),
            "∂": self.partial,
        }
        if text not in readers:
            token = self.peek()
            raise FormulaError(f"unexpected {token.text if token else 'end'!r}")
        return readers[text]()

    def enclosed(self, kind: str, closing: str) -> Node:
        start = self.at
        self.take()
        inner = self.expression()
        self.expect(closing)
        return self.node(kind, start, inner)

    def bracketed(self) -> Node:
        start, parts = self.at, self.arguments()
        return self.node("group" if len(parts) == 1 else "tuple", start, *parts)

    def arguments(self) -> list[Node]:
        self.expect("(")
        parts = [self.expression()]
        while self.accept(","):
            parts.append(self.expression())
        self.expect(")")
        return parts

    def squared(self) -> Node:
        """[i = j], 1 where it holds; or a letter in brackets, a name of its own."""
        start = self.at
        self.take()
        if self.kind() == "name" and self.text(1) == "]":
            name = self.take().text
            self.expect("]")
            return self.node("name", start, text=f"[{name}]")
        condition = self.comparison()
        self.expect("]")
        return self.node("truth", start, condition)

    def barred(self, kind: str) -> Node:
        start, bar = self.at, self.take().text
        self.bars.append(bar)
        inner = self.expression()
        self.expect(bar)
        self.bars.pop()
        return self.node(kind, start, inner)

    def partial(self) -> Node:
        start = self.at
        self.take()
        return self.node("partial", start, self.factor())

    def function(self) -> Node:
        start, name = self.at, self.take().text
        head, power = self.node("name", start, text=name), None
        if self.accept("_"):
            if self.kind() != "operator" or self.kind(1) != "words":
                inner = self.take().text
                return self.postfix(start, self.node("name", start, text=f"{name}_{inner}"))
            self.expect("{")
            head = self.node("name", start, text=f"{name}_{self.take().text}")
            self.expect("}")
        if self.accept("^"):
            power = self.exponent()
        parts = self.arguments() if self.text() == "(" else [self.factor()]
        call = self.node("call", start, head, *parts)
        return self.node("power", start, call, power) if power else call

    def structure(self) -> Node:
        start, what = self.at, self.take().text
        if what == "frac":
            top, bottom = self.argument(), self.argument()
            derivative = _as_derivative(top, bottom)
            if derivative:
                return self.node("derivative", start, *derivative)
            return self.node("binary", start, top, bottom, text="frac")
        if what == "sqrt":
            inner = self.argument() if self.text() == "{" else self.factor()
            return self.node("root", start, inner)
        if what == "overline":
            return self.node("mean", start, self.argument())
        if what in _MARKS:
            return self.marked(start, what)
        if what == "begin matrix":
            return self.matrix(start)
        return self.sum(start) if what == "sum" else self.integral(start)

    def argument(self) -> Node:
        """A group in braces, or one sign."""
        if self.text() == "{":
            return self.enclosed("group", "}").parts[0]
        return self.base()

    def marked(self, start: int, mark: str) -> Node:
        braces = self.accept("{")
        name = unicodedata.normalize("NFC", self.take().text + _MARKS[mark])
        if braces:
            self.expect("}")
        return self.node("name", start, text=name)

    def matrix(self, start: int) -> Node:
        rows: list[Node] = []
        while not self.accept("end matrix"):
            first, cells = self.at, [self.expression()]
            while self.kind() == "separator" and self.take().text == "&":
                cells.append(self.expression())
            rows.append(self.node("tuple", first, *cells))
        return self.node("matrix", start, *rows)

    def sum(self, start: int) -> Node:
        index, bounds, signs = "", list[Node](), list[str]()
        if self.accept("_"):
            braces = self.accept("{")
            index = self.take().text
            if braces and self.text() in ("=", "≠", "≥"):
                signs.append(self.take().text)
                bounds.append(self.expression())
            if braces:
                self.expect("}")
        if self.accept("^"):
            bounds.append(self.argument())
            signs.append("to")
        if index == "" and self.kind() == "name" and self.tokens[self.at].text == "of":
            self.at += 1  # "Σ of … where …, else …"
            return self.node("sum", start, self.side())
        body = self.term()
        return self.node("sum", start, body, *bounds, text=index, signs=tuple(signs))

    def integral(self, start: int) -> Node:
        self.expect("_")
        lower = self.argument()
        self.expect("^")
        upper = self.argument()
        body = self.term()
        last = body.parts[-1] if body.kind == "product" else body
        if last.kind != "name" or not last.text.startswith("d") or body is last:
            raise FormulaError("an integral without its variable")
        inner = Node("product", body.span, body.parts[:-1])
        return self.node("integral", start, inner, lower, upper, text=last.text[1:])

    # What stands behind a factor

    def postfix(self, start: int, base: Node) -> Node:
        named = base.kind == "name"
        while True:
            if named and self.text() == "'":
                base = self.primed(start, base)
            elif self.text() == "_":
                base = self.indexed(start, base)
            elif self.text() == "^":
                base = self.raised(start, base)
            elif named and self.text() == "(" and self.is_tight():
                base = self.node("call", start, base, *self.arguments())
                named = False
            elif named and self.text() == "[" and self.is_tight():
                base = self.attached(start, base)
            elif named and self.kind() == "words" and not self.is_connective():
                base = self.node("name", start, text=f"{base.text} {self.take().text}")
            else:
                return base

    def is_connective(self) -> bool:
        token = self.peek()
        return token is not None and token.text.split()[0] in _CONNECTIVES

    def primed(self, start: int, base: Node) -> Node:
        self.take()
        if base.kind == "name":
            return self.node("name", start, text=base.text + "'")
        if base.kind == "index" and base.parts[0].kind == "name":
            name = base.parts[0]
            name = Node("name", name.span, (), name.text + "'")
            return self.node("index", start, name, *base.parts[1:], text=base.text)
        raise FormulaError("a prime behind no name")

    def indexed(self, start: int, base: Node) -> Node:
        self.take()
        if not self.accept("{"):
            token = self.take()
            return self.node("index", start, base, *_letters(token), text=token.text)
        subs, plain = list[Node](), ""
        while not self.accept("}"):
            if self.accept(","):
                continue
            if self.kind() in ("name", "number") and self.text(1) not in ("+", "-"):
                if self.kind() == "number" and self.kind(1) == "name":
                    subs.append(self.expression())
                    continue
                token = self.take()
                plain += token.text
                subs += _letters(token)
            elif self.kind() == "words":
                plain += self.take().text
            else:
                subs.append(self.expression())
        return self.node("index", start, base, *subs, text=plain)

    def raised(self, start: int, base: Node) -> Node:
        self.take()
        if self.text() == "{" and self.text(1) == "[":
            return self.layered(start, base)
        if self.text() == "{" and self.text(1) == "T" and self.text(2) == "}":
            self.at += 3
            return self.node("transpose", start, base)
        if base.kind == "name" and self.kind() == "name" and self.peek(0) is not None:
            token = self.peek()
            if token is not None and token.text == "*":
                self.at += 1
                return self.node("name", start, text=base.text + "*")
        return self.node("power", start, base, self.exponent())

    def layered(self, start: int, base: Node) -> Node:
        self.at += 2
        layer = self.expression()
        self.expect("]")
        inner, subs = (base.parts[0], base.parts[1:]) if base.kind == "index" else (base, ())
        value = self.node("layer", start, inner, layer)
        if subs:
            value = self.node("index", start, value, *subs, text=base.text)
        if self.accept("T"):
            value = self.node("transpose", start, value)
        self.expect("}")
        return value

    def attached(self, start: int, base: Node) -> Node:
        """W[l], the tensor of a layer; E[m], an expected value; U[low, high), an interval."""
        self.take()
        first = self.expression()
        if self.accept(","):
            second = self.expression()
            self.expect(")")
            return self.node("call", start, base, first, second)
        self.expect("]")
        return self.node("layer", start, base, first)

    def exponent(self) -> Node:
        start = self.at
        if self.text() == "{":
            return self.enclosed("group", "}").parts[0]
        if self.accept("-"):
            return self.node("add", start, self.exponent(), signs=("-",))
        parts = [self.factor()]
        while parts[0].kind == "number" and self.begins_factor() and self.is_tight():
            parts.append(self.factor())
        return parts[0] if len(parts) == 1 else self.node("product", start, *parts)


def _letters(token: Token) -> list[Node]:
    """The letters or digits of an index, one node each."""
    if token.kind not in ("name", "number", "function"):
        raise FormulaError(f"unexpected index {token.text!r}")
    kind = "number" if token.kind == "number" else "name"
    start = token.span.start
    return [
        Node(kind, Span(start + k, start + k + 1), (), sign) for k, sign in enumerate(token.text)
    ]


def _as_derivative(top: Node, bottom: Node) -> tuple[Node, Node] | None:
    """What is derived with respect to what, if the quotient is a derivative."""
    if top.kind == bottom.kind == "partial":
        return top.parts[0], bottom.parts[0]
    above, below = _without_d(top), _without_d(bottom)
    return (above, below) if above and below else None


def _without_d(node: Node) -> Node | None:
    if node.kind == "call" and node.parts[0].text == "d":
        return node.parts[1]
    if node.kind == "index":
        base = _without_d(node.parts[0])
        return Node(node.kind, node.span, (base, *node.parts[1:]), node.text) if base else None
    if node.kind == "name" and node.text.startswith("d") and len(node.text) == 2:
        return Node("name", node.span, (), node.text[1:])
    return None
