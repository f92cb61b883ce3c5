"""What is asked before people ask."""

from search.warming import QUESTIONS, warm


async def test_questions_are_asked_until_the_engine_does_not_answer() -> None:
    asked: list[str] = []

    async def ask(question: str) -> None:
        asked.append(question)
        if len(asked) > 3:
            raise ConnectionError("away")

    assert await warm(ask) == 3
    assert len(set(asked)) == 4


async def test_all_are_asked_of_an_engine_that_answers() -> None:
    asked: list[str] = []

    async def ask(question: str) -> None:
        asked.append(question)

    assert await warm(ask) == QUESTIONS == len(set(asked))
