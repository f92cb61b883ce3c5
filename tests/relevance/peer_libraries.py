"""Search libraries over jieba's words (`cut_for_search`, by rjieba: the same cuts, faster)."""

import tempfile
from collections.abc import Sequence
from typing import Any

import bm25s
import rjieba
import tantivy
from whoosh import fields, query
from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.index import create_in

from tests.relevance.metrics import DEPTH

TITLE_WEIGHT = 3
Rows = Sequence[tuple[str, str, str]]


def words(text: str) -> list[str]:
    """Words to index or to ask with: no punctuation, lower case."""
    return [word.lower() for word in rjieba.cut_for_search(text) if any(letter.isalnum() for letter in word)]


class Bm25s:
    """bm25s with its defaults; the title is repeated as often as it weighs elsewhere."""

    name = "bm25s + jieba"

    def __init__(self, rows: Rows) -> None:
        self._ids = [identity for identity, _, _ in rows]
        self._index = bm25s.BM25()
        self._index.index([words(title) * TITLE_WEIGHT + words(body) for _, title, body in rows], show_progress=False)

    async def ask(self, text: str) -> list[str]:
        asked = [word for word in words(text) if word in self._index.vocab_dict]
        if not asked:
            return []
        found, scores = self._index.retrieve([asked], k=min(DEPTH, len(self._ids)), show_progress=False)
        return [self._ids[place] for place, score in zip(found[0], scores[0], strict=True) if score > 0]


class Tantivy:
    """tantivy with BM25 over two fields; any word may match."""

    name = "tantivy + jieba"

    def __init__(self, rows: Rows) -> None:
        builder = tantivy.SchemaBuilder().add_text_field("id", stored=True, tokenizer_name="raw")
        for field in ("title", "body"):
            builder = builder.add_text_field(field, tokenizer_name="whitespace")
        self._schema = builder.build()
        self._index = tantivy.Index(self._schema)
        writer = self._index.writer()
        for identity, title, body in rows:
            writer.add_document(tantivy.Document(id=identity, title=" ".join(words(title)), body=" ".join(words(body))))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    async def ask(self, text: str) -> list[str]:
        parts = []
        for word in words(text):
            title = tantivy.Query.term_query(self._schema, "title", word)
            parts.append(tantivy.Query.boost_query(title, float(TITLE_WEIGHT)))
            parts.append(tantivy.Query.term_query(self._schema, "body", word))
        searcher = self._index.searcher()
        asked = tantivy.Query.boolean_query([(tantivy.Occur.Should, part) for part in parts])
        return [str(searcher.doc(address)["id"][0]) for _, address in searcher.search(asked, DEPTH).hits]


class Whoosh:
    """Whoosh with its BM25F over two fields; any word may match."""

    name = "Whoosh + jieba"

    def __init__(self, rows: Rows) -> None:
        spaces = SpaceSeparatedTokenizer()
        schema = fields.Schema(
            id=fields.ID(stored=True),
            title=fields.TEXT(analyzer=spaces, phrase=False),
            body=fields.TEXT(analyzer=spaces, phrase=False),
        )
        self._folder = tempfile.TemporaryDirectory()
        index = create_in(self._folder.name, schema)
        writer = index.writer(limitmb=1024)
        for identity, title, body in rows:
            writer.add_document(id=identity, title=" ".join(words(title)), body=" ".join(words(body)))
        writer.commit()
        self._searcher: Any = index.searcher()

    async def ask(self, text: str) -> list[str]:
        parts: list[Any] = []
        for word in words(text):
            parts += [query.Term("title", word, boost=TITLE_WEIGHT), query.Term("body", word)]
        return [hit["id"] for hit in self._searcher.search(query.Or(parts), limit=DEPTH)]
