"""See where every number of a training step comes from, and check a computation by hand.

python examples/explain_step.py
"""

import chainrule as cr


def main(worked: str = "two-layers") -> None:
    """Explain a worked example: the name of a bundled one, or a TOML file of your own."""
    # One error term, its formula, the formula with numbers put in, and the result.
    document = cr.explain(worked, addresses=["example[0].delta[1]"])
    print(cr.render(document, "text"))

    # The whole step as a page with links from each factor to where it comes from.
    cr.write_document(cr.explain(worked), "step.html")

    # The numbers that the file claims, each one judged.
    marked = cr.check_claims("four-detector")
    print(f"{marked.marks} of {marked.out_of} claimed numbers are right")


if __name__ == "__main__":
    main()
