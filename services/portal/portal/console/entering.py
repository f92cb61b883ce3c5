"""Best bets and vocabulary entries as their forms hold them, read leniently and checked before they are sent."""

import re
from typing import Any

from portal.clients.curation import BestBet, Term
from portal.dates import NotADate, parts, parts_of, read_parts

BET_FIELDS = ("queries", "title", "url", "summary", "owner")
_MISSING = {
    "queries": "请写明检索词，一行一个",
    "title": "请填写标题",
    "url": "请填写网址或文件编号",
    "owner": "请填写负责人",
}
_WEIGHTED = re.compile(r"(.+?)[\s:：=]+([01]?\.\d+|[01])$")
_SEPARATORS = re.compile(r"[\n;；]+")


def new_bet(query: str, owner: str) -> dict[str, Any]:
    """An empty form for a query; who opens it answers for it unless they say otherwise."""
    return {**dict.fromkeys(BET_FIELDS, ""), "queries": query, "owner": owner, "expires_on": {}}


def bet_values(held: BestBet) -> dict[str, Any]:
    """A best bet as its form shows it."""
    values: dict[str, Any] = {name: getattr(held, name) for name in BET_FIELDS}
    return values | {"queries": "\n".join(held.queries), "expires_on": parts_of(held.expires_on)}


def read_bet(form: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """What was typed, with the day where it is one; and what is missing or wrong, by field."""
    values: dict[str, Any] = {name: form.get(name, "").strip() for name in BET_FIELDS}
    errors = {name: sentence for name, sentence in _MISSING.items() if not values[name]}
    values["expires_on"] = parts(form, "expires_on")
    try:
        day = read_parts(form, "expires_on")
    except NotADate:
        day = None
    if day is None:
        errors["expires_on"] = "请填写到期日，例如 2026年12月31日"
    return values | {"day": day.isoformat() if day else ""}, errors


def bet_body(values: dict[str, Any]) -> dict[str, Any]:
    """As search takes it."""
    return {
        **{name: values[name] for name in ("title", "url", "summary", "owner")},
        "queries": lines(values["queries"]),
        "expires_on": values["day"],
    }


def term_values(held: Term) -> dict[str, Any]:
    """A vocabulary entry as its form shows it: one expansion a line, with its weight."""
    expansions = "\n".join(f"{each.term} {each.weight:g}" for each in held.expansions)
    return {"term": held.term, "expansions": expansions, "note": held.note, "q": ""}


def read_term(form: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """What was typed, and what is missing, by field."""
    values = {name: form.get(name, "").strip() for name in ("term", "expansions", "note", "q")}
    return values, {} if values["term"] else {"term": "请填写词语"}


def term_body(values: dict[str, Any]) -> dict[str, Any]:
    """As search takes it; a line is a word, or a word and its weight."""
    expansions = []
    for line in lines(values["expansions"]):
        weighted = _WEIGHTED.match(line)
        expansions.append({"term": weighted[1], "weight": float(weighted[2])} if weighted else {"term": line})
    return {"term": values["term"], "expansions": expansions, "note": values["note"]}


def lines(text: str) -> list[str]:
    """One thing a line, or several with semicolons between them; a comma may stand inside a title."""
    return [part.strip() for part in _SEPARATORS.split(text) if part.strip()]
