"""`matchrules graph`: how facts, defines, rules and advice hang together, as a picture."""

import json
from datetime import date
from pathlib import Path

import click

from matchrules.cli.options import as_day, book_of, format_option, rules_option
from matchrules.cli.report import reporting
from matchrules.explain.graph import DEPTH


@click.command("graph")
@click.argument("subject", nargs=-1)
@rules_option
@click.option(
    "--as-of", callback=as_day, metavar="YYYY-MM-DD",
    help="The day whose rules are drawn. Without it, the latest rules.",
)  # fmt: skip
@click.option(
    "--depth", type=click.IntRange(0, 100), default=DEPTH, show_default=True, metavar="N",
    help="How many steps back and on are drawn; what lies behind is counted.",
)  # fmt: skip
@format_option("mermaid", "svg", "json")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    help="Write the picture into FILE.",
)  # fmt: skip
@reporting
def command(
    subject: tuple[str, ...],
    rules: tuple[Path, ...],
    as_of: date | None,
    depth: int,
    format_: str,
    output: Path | None,
) -> None:
    """Draw what SUBJECT rests on, and what follows from it.

    SUBJECT is advice (`kind.subject`), a rule (its id or name), an attribute or derived fact
    (`fact.name`), a fact, a parameter, a ruleset or a kind of advice; a word in front, as in
    `ruleset step1`, tells which is meant. Without it, how the rulesets use one another.
    """
    from matchrules.explain.graph import graph, named

    book = book_of(rules)
    base = book.bases[-1] if as_of is None else book.base_on(as_of)
    name = " ".join(subject)
    diagram = graph(base, name or None, depth)
    if format_ == "svg":
        from matchrules.pictures.svg import svg

        written = svg(diagram)
    elif format_ == "json":
        from attrs import asdict

        written = json.dumps(asdict(diagram), ensure_ascii=False, indent=2) + "\n"
    else:
        from matchrules.pictures.mermaid import mermaid

        written = mermaid(diagram)
    if output is None:
        click.echo(written, nl=False)
    else:
        output.write_text(written, encoding="utf-8")
        click.echo(f"wrote {output}")
    for other in named(base, name)[1:] if name else ():
        click.echo(f"there is more of that name: `matchrules graph {other.said}`", err=True)
