"""Check a paper: its computations by hand, its printed formulas and one of its experiments.

python examples/check_paper.py
"""

import chainrule as cr


def main(paper_id: str = "four-detector", experiment: str = "dice") -> None:
    """Check one of the papers that come with the package."""
    for known in cr.list_papers():
        print(f"{known.id}: {known.title}")
    paper = cr.paper(paper_id)
    print(cr.render(paper.check().document(), "text"))
    print(cr.render(paper.prove().document(), "text"))
    print(cr.render(paper.run([experiment], quick=True).document(), "text"))


if __name__ == "__main__":
    main()
