"""A hit of a search as it is shown."""

from playwright.async_api import Page, expect

from tests.portal.conftest import Site


async def test_a_hit_says_its_date_of_issue_and_its_state_below_the_title(fresh_site: Site, page: Page) -> None:
    held = fresh_site.services["publishing"].state.published
    held["d01"] |= {"issued_on": "1994-08-31", "validity": "repealed", "title": "旧办法", "kind": "regulation"}
    held["d02"] |= {"issued_on": None, "validity": "in_force", "title": "旧办法续", "kind": "regulation"}
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto(f"{fresh_site.url}/search?q=旧办法")
    old, new = page.locator("[data-hit=d01]"), page.locator("[data-hit=d02]")
    await expect(old.locator(".result-facts")).to_contain_text("成文日期 1994年8月31日")
    await expect(old.locator(".result-facts .status")).to_have_count(1)
    await expect(page.locator(".result-title .status")).to_have_count(0)
    await expect(new.locator(".status")).to_have_count(0)
    await expect(new.locator(".result-facts")).not_to_contain_text("成文日期")


async def test_the_text_of_a_hit_is_at_most_three_lines_on_a_phone(page: Page, site: Site) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto(f"{site.url}/search?q=预算")
    lines = """[...document.querySelectorAll(".result .excerpt")].map((each) =>
      Math.round(each.clientHeight / parseFloat(getComputedStyle(each).lineHeight)))"""
    assert max(await page.evaluate(lines)) <= 3
