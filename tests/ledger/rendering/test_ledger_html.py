from __future__ import annotations

import base64
import hashlib
import itertools
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.costs import COSTS
from chainrule.ledger.display_options import DisplayOptions
from chainrule.ledger.files.worked_file import parse_worked
from chainrule.ledger.formulas.text_formula import number_text
from chainrule.ledger.ledger import Ledger
from chainrule.ledger.quantity_text import NOTATIONS

PAIRS = list(itertools.product(ACTIVATIONS, COSTS))
EMPTY = {"meta", "wbr", "img"}


class Page(HTMLParser):
    """A page in which every element is closed where it was opened."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: Counter[str] = Counter()
        self.links: list[str] = []
        self.tags: Counter[str] = Counter()
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert len(given) == len(attrs), "an attribute stands twice"
        self.tags[tag] += 1
        if "id" in given:
            self.ids[given["id"] or ""] += 1
        self.links += [given["data-to"]] if "data-to" in given else []
        self.links += [given["href"].removeprefix("#")] if "href" in given else []
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def checked(text: str) -> Page:
    page = Page(text)
    assert set(page.ids.values()) == {1}
    assert "" not in page.ids
    assert set(page.links) <= set(page.ids)
    return page


def page_of(ledger: Ledger, *addresses: str, **options) -> str:
    chosen = tuple(map(ledger.locate, addresses))
    return ledger.render("html", DisplayOptions(quantities=chosen, **options))


def number(mathml: str) -> str:
    """A number as plain text has it."""
    power = r"<mrow>(<mn>[^<]*</mn>)<mo>·</mo><msup><mn>10</mn>(.*?)</msup></mrow>"
    text = re.sub(power, r"\1e\2", mathml)
    text = re.sub(r"<mfrac><mn>(\d+)</mn><mn>(\d+)</mn></mfrac>", r"\1/\2", text)
    return re.sub(r"<[^>]*>|=", "", text).replace("−", "-").replace("∞", "inf")


def results(text: str) -> dict[str, list[str]]:
    """The results of every entry by the address that it bears."""
    found = {}
    for entry in re.findall(r'<article class="entry".*?</article>', text):
        address = re.search(r"<code>(.*?)</code>", entry)
        assert address is not None
        lines = re.findall(r'<div class="line result"><math[^>]*>(.*?)</math>', entry)
        found[address[1]] = [number(line) for line in lines]
    return found


@pytest.mark.parametrize(("activation", "cost"), PAIRS)
def test_every_number_of_every_pair(make, activation, cost) -> None:
    at = PAIRS.index((activation, cost))
    ledger = Ledger(make(activation, cost=cost, seed=at, l2=0.01, optimiser="momentum"))
    text = page_of(ledger, digits=4, notation=NOTATIONS[at % 3])
    checked(text)
    shown = results(text)
    assert {str(entry.quantity) for entry in ledger.entries()} == set(shown)
    for entry in ledger.entries():
        (printed,) = shown[str(entry.quantity)]
        assert float(printed) == float(number_text(entry.value, 4))


def test_one_entry_in_full(chain) -> None:
    text = page_of(Ledger(parse_worked(chain)), "z[1][0]", "a[1][0]")
    assert (
        '<article class="entry" id="a-1-0"><div class="what"><b class="id">A3</b> '
        "<span>activation of neuron 0 in layer 1</span> <code>a[1][0]</code></div>"
        '<div class="work"><div class="symbol"><math displaystyle="true"><msubsup><mi>a</mi>'
        "<mtext>0</mtext><mtext>[1]</mtext></msubsup></math></div>"
        '<div class="line formula"><math displaystyle="true"><mrow><mo>=</mo><mfrac><mn>1</mn>'
        "<mrow><mn>1</mn><mo>+</mo><msup><mi>e</mi><mrow><mo>−</mo>"
        '<mrow data-to="z-1-0"><msubsup><mi>z</mi><mtext>0</mtext><mtext>[1]</mtext></msubsup>'
        "</mrow></mrow></msup></mrow></mfrac></mrow></math></div>"
        '<div class="line substituted"><math displaystyle="true"><mrow><mo>=</mo><mfrac>'
        "<mn>1</mn><mrow><mn>1</mn><mo>+</mo><msup><mi>e</mi><mrow><mo>−</mo>"
        '<mrow data-to="z-1-0"><mn>1.5</mn></mrow></mrow></msup></mrow></mfrac></mrow></math>'
        '</div><div class="line result"><math displaystyle="true"><mrow><mo>=</mo>'
        "<mn>0.817574</mn></mrow></math></div></div></article>"
    ) in text


def test_factors_lead_to_where_they_were_computed(chain) -> None:
    page = page_of(Ledger(parse_worked(chain)))
    entries = dict(re.findall(r'<article class="entry" id="(.*?)">(.*?)</article>', page))
    assert set(re.findall(r'data-to="(.*?)"', entries["delta-1-0"])) == {"da-1-0", "slope-1-0"}
    assert 'data-to="W-1-0-0"' in entries["z-1-0"]
    assert 'data-to="a-0-0"' in entries["z-1-0"]
    later = entries["step-2-z-1-0"]  # its weights are what the first step made
    assert set(re.findall(r'data-to="(.*?)"', later)) == {"W_new-1-0-0", "b_new-1-0", "a-0-0"}
    assert '<mtd id="W-1-0-0"><mn>0.5</mn></mtd>' in page


def test_what_is_not_shown_has_no_link(chain) -> None:
    text = page_of(Ledger(parse_worked(chain)), "a[2][0]", "a[2][0]", "delta[1][0]")
    assert checked(text).ids["a-2-0"] == 1
    assert "data-to" not in text.partition("<main>")[2].partition("</main>")[0]


def test_remembered_numbers_lead_to_the_step_before(make) -> None:
    ledger = Ledger(make(cost="squared_error", optimiser="momentum"))
    page = page_of(ledger)
    assert page.count('id="velocity-1-0-0"') == 1
    later = page.partition('id="step-2-velocity-1-0-0"')[2].partition("</article>")[0]
    assert 'data-to="velocity-1-0-0"' in later
    second = page_of(ledger, step=2)
    checked(second)
    assert 'id="step-2-velocity_old-1-0-0"' in second
    assert 'id="step-2-W-1-0-0"' in second


def test_titles_are_words(chain) -> None:
    hostile = '</title><script>alert("1")</script>&amp;'
    example = replace(parse_worked(chain), title=hostile)
    text = Ledger(example).render("html")
    page = checked(text)
    assert page.tags["script"] == 1
    assert (
        text.count("&lt;/title&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;amp;") == 2
    )
    fragment = Ledger(example)._repr_html_()
    assert Page(fragment).tags["script"] == 0


def test_it_loads_nothing_and_says_so(chain) -> None:
    text = Ledger(parse_worked(chain)).render("html")
    rule = re.search(r'http-equiv="Content-Security-Policy" content="(.*?)"', text)
    assert rule is not None
    digests = [
        base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()
        for tag in ("style", "script")
        for part in re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
    ]
    assert rule[1] == (
        f"default-src 'none'; style-src 'sha256-{digests[0]}'; script-src 'sha256-{digests[1]}'; "
        "img-src data:"
    )
    assert not re.search(r"https?:|url\(|@import| src=(?!.data:image/svg)", text)


def test_contents_by_step_and_section(chain) -> None:
    ledger = Ledger(parse_worked(chain))
    (contents,) = re.findall(r"<nav.*?</nav>", page_of(ledger), re.DOTALL)
    names = ["Given", "Forward", "Cost", "Errors", "Gradients", "Update"]
    titles = re.findall(r">([^<>\n]+)</a>", contents)
    assert titles == ["Step 1 of 2", *names, "Step 2 of 2", *names[1:]]
    single = page_of(Ledger(parse_worked(chain.replace("steps = 2", ""))))
    (contents,) = re.findall(r"<nav.*?</nav>", single, re.DOTALL)
    assert re.findall(r">([^<>\n]+)</a>", contents) == names
    checked(page_of(ledger, "step[2].cost", "cost", "step[2].a[1][0]", "a[1][0]"))


def test_fractions(chain) -> None:
    ledger = Ledger(parse_worked(chain))
    assert results(page_of(ledger, "z[1][0]", fractions=True)) == {"z[1][0]": ["3/2", "1.5"]}


def test_large_networks_are_shortened(make) -> None:
    example = make(layers=(40, 30, 2), cost="squared_error", examples=12, steps=1)
    ledger = Ledger(example)
    text = page_of(ledger)
    checked(text)
    assert len(text) < 1_500_000
    assert "… 37 more …" in text
    assert "… 36 more of example[0].a[1]: <code>--full</code> shows all" in text
    assert "more of other examples: <code>--full</code> shows all" in text
    assert "examples 0, 1, 2, 3, 4, 5, 6, 7 …" in text
    assert "<mo>⋮</mo>" in text
    whole = page_of(ledger, "example[0].z[1]", full=True)
    assert "more" not in whole.partition("<main>")[2].partition("</main>")[0]
    assert whole.count("<article") == 30


def test_many_steps_are_shortened(chain) -> None:
    ledger = Ledger(parse_worked(chain.replace("steps = 2", "steps = 25")))
    text = page_of(ledger)
    checked(text)
    assert "<h2" in text
    assert text.count("<h2") == 20
    assert "… 5 more steps: <code>--full</code> shows all" in text
    assert page_of(ledger, full=True).count("<h2") == 25


def test_what_is_not_finite(make) -> None:
    example = make("sigmoid", cost="binary_cross_entropy", examples=1, layers=(2, 2))
    sure = replace(example, parameters=example.parameters * 0 + 800.0)
    text = page_of(Ledger(sure), "da[1][0]")
    assert "<mtext>∞</mtext>" in text


def test_conditions(make) -> None:
    ledger = Ledger(make("leaky_relu", cost="huber", huber_threshold=0.01, examples=1))
    text = page_of(ledger, "a[2][0]", notation="papers")
    assert (
        '<span class="when">as <math displaystyle="true"><mrow><msubsup><mi>z</mi>'
        "<mtext>0</mtext><mtext>2</mtext></msubsup><mo>&gt;</mo><mn>0</mn></mrow></math></span>"
    ) in text


def test_a_pass_forward_alone() -> None:
    text = """
    network = { layers = [2, 1], activations = "identity", weights = [[[0.5, 1]]] }
    examples = [{ inputs = [1, 2] }]
    """
    page = Ledger(parse_worked(text)).render("html")
    assert results(page) == {"z[1][0]": ["2.5"], "a[1][0]": ["2.5"]}
    assert list(checked(page).ids) == [
        *("part-1-given", "a-0-0", "a-0-1", "W-1-0-0", "W-1-0-1"),
        *("part-1-forward", "z-1-0", "a-1-0"),
    ]
    assert "<title>2-1 network, identity, no biases</title>" in page
