"""`make relevance`: index, ask every judged query, compare with the baseline and with other engines."""

import argparse
import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from opensearchpy import AsyncOpenSearch

from launcher.layout import REPOSITORY
from search.index import connect
from tests.bench.stack import CORPUS
from tests.relevance import baseline, headlines, report
from tests.relevance.judging import Judged, judged
from tests.relevance.measuring import ALL, Outcome, articles_shown, by_group, measure
from tests.relevance.ours import Ours
from tests.relevance.peers import Row, peers
from tests.relevance.stack import running
from tests.relevance.texts import Text, corpus, sample
from tests.support.infrastructure import TestStack

RESULTS = REPOSITORY / ".sunlight" / "relevance.json"


def arguments() -> argparse.Namespace:
    """What the person asked for."""
    parser = argparse.ArgumentParser(prog="make relevance")
    parser.add_argument("--quick", action="store_true", help="ours only, without the report file")
    parser.add_argument("--record", action="store_true", help="make these figures the baseline")
    parser.add_argument(
        "--failures", metavar="GROUP", nargs="*", help="list what is not answered first ('all' for all)"
    )
    parser.add_argument("--headlines", action="store_true", help="with --quick: the People's Daily too")
    parser.add_argument("--group", action="append", help="ask only this group (again for more)")
    return parser.parse_args()


def collections(asked: argparse.Namespace) -> dict[str, tuple[Sequence[Text], list[Judged]]]:
    """The collections that are here, each with what is asked of it."""
    found: dict[str, tuple[Sequence[Text], list[Judged]]] = {}
    if CORPUS.is_file():
        found["corpus"] = corpus(), judged("corpus", corpus())
    else:
        print(f"The corpus is not at {CORPUS}: measuring without it.")
    found["sample"] = sample(), judged("sample", sample())
    if asked.headlines or not asked.quick:
        found["headlines"] = headlines.texts(), headlines.queries()
    if asked.group:
        found = {
            name: (texts, [one for one in all_ if one.group in asked.group]) for name, (texts, all_) in found.items()
        }
    return {name: pair for name, pair in found.items() if pair[1]}


async def main(asked: argparse.Namespace, stack: TestStack) -> int:
    """Measure; 1 when a figure has dropped."""
    client = connect(f"http://{stack.stack.addresses.opensearch}")
    results: dict[str, dict[str, baseline.Groups]] = {}
    sections: dict[str, str] = {}
    try:
        for name, (texts, queries) in collections(asked).items():
            system = await Ours.of(client, name, texts)
            outcomes = await measure(system, queries)
            results[name] = {Ours.name: by_group(outcomes)}
            if not asked.quick:
                results[name] |= await _peers(stack, client, texts, outcomes)
            right, answered = articles_shown(outcomes, system.labels)
            shown = (
                f"\n\nThe article shown is the judged one for {right} of {answered} first results." if answered else ""
            )
            sections[f"Figures on the {name}"] = _show(name, outcomes, results[name], texts, asked) + shown
            print(shown)
    finally:
        await client.close()
    ours = {name: systems[Ours.name] for name, systems in results.items()}
    dropped = [] if asked.group else _dropped(ours)
    _keep(asked, ours, results, sections)
    said = ["Worse than the baseline:", *dropped] if dropped else ["Nothing is worse than the baseline."]
    print("\n".join(["", *said]))
    return 0 if asked.record or not dropped else 1


def _dropped(ours: Mapping[str, baseline.Groups]) -> list[str]:
    """Every figure that is worse than the baseline, in words."""
    return [f"{name}: {drop}" for name, groups in ours.items() for drop in baseline.drops(baseline.load(name), groups)]


async def _peers(
    stack: TestStack, client: AsyncOpenSearch, texts: Sequence[Text], outcomes: Sequence[Outcome]
) -> dict[str, baseline.Groups]:
    figures: dict[str, baseline.Groups] = {}
    queries = [outcome.judged for outcome in outcomes]
    async for peer in peers(
        stack, client, [Row(text.id, text.title if text.title != text.id else "", text.body) for text in texts]
    ):
        print(f"… {peer.name}", flush=True)
        figures[peer.name] = by_group(await measure(peer, queries))
    return figures


def _show(
    name: str,
    outcomes: Sequence[Outcome],
    systems: dict[str, baseline.Groups],
    texts: Sequence[Text],
    asked: argparse.Namespace,
) -> str:
    counts = report.counts(outcomes)
    section = report.group_table(systems[Ours.name], counts)
    if len(systems) > 1:
        section += "".join("\n\n" + report.peer_table(systems, figure) for figure in ("success", "mrr", "ndcg"))
    print(f"\n{name}: {len(texts)} documents\n\n{section}")
    if asked.failures is not None:
        titles = {text.id: f"{text.title} {text.issued_on}" for text in texts}
        chosen = [
            group for group in counts if group != ALL and (not asked.failures or {group, ALL} & set(asked.failures))
        ]
        for group in chosen:
            print(f"\n{group}\n{report.failures(outcomes, group, titles)}")
    return section


def _keep(
    asked: argparse.Namespace,
    ours: dict[str, baseline.Groups],
    results: dict[str, dict[str, baseline.Groups]],
    sections: dict[str, str],
) -> None:
    if asked.group:
        return
    if asked.record:
        baseline.record(ours)
    if not asked.quick:
        report.write(sections)
        report.write_json(Path(RESULTS), results)


if __name__ == "__main__":
    with running() as found:
        raise SystemExit(asyncio.run(main(arguments(), found)))
