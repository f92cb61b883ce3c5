"""Item pages: a place for every passage of the index, contents of long texts, versions, what is related."""

import re

import aiohttp
import pytest
from playwright.async_api import Browser, Page, expect

from portal.anchoring import Entry, anchored
from portal.fakes.law import law_html, law_lines
from portal.fakes.sample import documents
from portal.public.contents import contents_of
from portal.sanitising import body
from shared.passages import split
from tests.portal.conftest import Site

IDS = re.compile(r' id="([^"]+)"')


def ids(html: str, text: str = "") -> list[str]:
    return IDS.findall(anchored(body(html), text).html)


def test_every_passage_of_the_index_has_its_place() -> None:
    text = "\n".join(law_lines())
    assert ids(law_html(), text) == [passage.anchor for passage in split(text)]


def test_an_article_is_a_section_with_all_its_paragraphs() -> None:
    html = anchored(body("<p>第一条　甲。</p><p>乙。</p><p>第二条　丙。</p>")).html
    first = '<section class="passage" id="a1"><p>第一条　甲。</p><p>乙。</p></section>'
    assert html == f'{first}<section class="passage" id="a2"><p>第二条　丙。</p></section>'


def test_articles_within_lists_tables_and_after_breaks_have_a_place_too() -> None:
    html = "<ul><li>第一条　甲</li></ul><p>前言<br>第二条　乙</p><table><tr><td>第三条</td><td>丙</td></tr></table>"
    text = "第一条　甲\n前言\n第二条　乙\n第三条\t丙"
    assert ids(html, text) == ["a1", "a2", "a3"]
    assert '<li><span class="anchor" id="a1"></span>第一条' in anchored(body(html), text).html


def test_a_text_that_is_not_the_indexed_one_keeps_the_places_it_can() -> None:
    assert ids("<p>第一条　甲。</p><p>第二条　改过了。</p>", "第一条　甲。\n第二条　乙。") == ["a1"]
    assert ids("", "第一条　甲。") == []


@pytest.mark.parametrize("html", ["", "<p></p>", "没有元素的文字", "<p>第一条", "<div><p>第一条　甲</p></div>"])
def test_no_body_is_broken_by_its_places(html: str) -> None:
    marked = anchored(body(html)).html
    assert re.sub(r"</?section[^>]*>|<span class=\"anchor\"[^>]*></span>", "", marked) == body(html)
    assert marked.count("<section") == marked.count("</section>")


def test_words_that_look_like_markup_are_no_places() -> None:
    html = '<p><a href="/x" title="<p>第一条　假</p>">第一条　真</a></p>'
    assert anchored(body(html)).html.count("<section") == 1


def test_contents_name_chapters_with_their_articles() -> None:
    contents = contents_of(anchored(body(law_html())).contents)
    assert [entry.title for entry in contents][:2] == ["第一章 总则", "第二章 规划和建设"]
    assert contents[0].articles[0] == ("a1", "第一条")
    assert contents_of([Entry("h1", "一、范围", 0)]) == []


def test_a_text_of_many_articles_has_contents_one_can_take_in() -> None:
    many = contents_of([Entry("", "", 0, [(f"a{n}", f"第{n}条") for n in range(1, 1261)])])
    assert len(many) == 26
    assert (many[1].title, many[1].anchor, many[1].articles) == ("第51条至第100条", "a51", [])


async def test_a_long_law_is_small_to_show(fresh_site: Site, page: Page) -> None:
    lines = law_lines(900)
    law = documents()["d21"] | {"body": "\n".join(lines), "body_html": law_html(900), "id": "d90"}
    assert len(law["body_html"].encode()) > 100_000
    fresh_site.services["publishing"].state.published["d90"] = law
    await page.goto(f"{fresh_site.url}/items/d90#a700")
    await expect(page.locator("#a700")).to_be_in_viewport()
    passages = await page.locator(".passage").count()
    elements = await page.evaluate("document.querySelectorAll('*').length")
    assert elements - 2 * passages < 600
    skipped = """() => [...document.querySelectorAll(".passage")].filter((passage) =>
      !passage.firstElementChild.checkVisibility({contentVisibilityAuto: true})).length"""
    assert await page.evaluate(skipped) > 0.9 * passages


async def test_words_are_found_in_the_page(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/items/d21")
    await page.fill("#find", "百分之十五")
    await expect(page.locator("[data-found]")).to_have_text("1 处")
    await page.keyboard.press("Enter")
    await expect(page.locator("#a70")).to_be_in_viewport()
    await expect(page.locator("#live")).to_have_text("第 1 处，共 1 处")
    await page.fill("#find", "没有这几个字")
    await expect(page.locator("[data-found]")).to_have_text("没有")


async def test_contents_are_beside_a_wide_text_and_folded_before_a_narrow_one(browser: Browser, site: Site) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.set_viewport_size({"width": 1280, "height": 800})
    await page.goto(f"{site.url}/items/d21")
    link = page.get_by_role("link", name="第三章 养护和管理")
    await link.click()
    assert page.url.endswith("#h3")
    await expect(link).to_be_in_viewport()
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto(f"{site.url}/items/d21")
    await expect(link).to_be_hidden()
    await page.locator("#contents > summary").click()
    await link.click()
    await expect(page.locator("#h3")).to_be_in_viewport()
    await context.close()


async def test_all_versions_are_listed_on_each(http: aiohttp.ClientSession, site: Site) -> None:
    for key in ("d21", "d22", "d23"):
        async with http.get(f"{site.url}/items/{key}") as answer:
            html = await answer.text()
        assert 'aria-current="page"' in html
        assert {f'href="/items/{other}"' in html for other in ("d21", "d22", "d23") if other != key} == {True}
    assert 'data-state="superseded"' in html
    assert "本文件已废止" in html


async def test_related_items_are_offered(page_without_script: Page, site: Site) -> None:
    page = page_without_script
    await page.goto(f"{site.url}/items/d05")
    await page.locator(".related-list a").first.click()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()


async def test_print_shows_all_of_a_long_text_and_nothing_else(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/items/d21")
    await page.emulate_media(media="print")
    await expect(page.locator("#contents")).to_be_hidden()
    assert await page.locator(".passage").last.evaluate("e => getComputedStyle(e).contentVisibility") == "visible"


async def test_print_opens_the_checksums_and_the_rule_below_the_title_is_as_wide_as_the_text(
    page: Page, site: Site
) -> None:
    await page.set_viewport_size({"width": 1280, "height": 800})
    await page.goto(f"{site.url}/items/d01")
    widths = "[document.querySelector('.item > .title-block'), document.querySelector('.item')].map(e => e.clientWidth)"
    block, whole = await page.evaluate(widths)
    assert block == whole
    await page.emulate_media(media="print")
    await expect(page.locator("details .hash").first).to_be_visible()
