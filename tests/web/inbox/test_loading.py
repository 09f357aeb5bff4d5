"""How the inbox comes to the browser the first time."""

import pytest

from .conftest import Desk, Screens, settled

pytestmark = pytest.mark.browser
LOADED = """() => {
  const named = [...document.querySelectorAll("link[rel=modulepreload], script[type=module]")].map((one) => one.href || one.src);
  const loaded = performance.getEntriesByType("resource").map((one) => one.name).filter((name) => name.endsWith(".js"));
  return [loaded.filter((name) => !name.includes("/vendor/") && !name.endsWith("-worker.js")), named];
}"""


async def test_the_page_names_every_module_so_that_none_waits_for_another(desk: Desk, screens: Screens) -> None:
    await desk.writes("Jörg Weißmüller", "Guten Tag")
    page = await screens.open(f"/inbox/open/{await desk.value('SELECT id FROM conversation')}")
    await settled(page)
    loaded, named = await page.evaluate(LOADED)
    assert len(loaded) > 15
    assert sorted(set(loaded)) == sorted(set(named))
    assert len(loaded) == len(set(loaded))
