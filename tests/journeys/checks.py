"""What every page must keep: readable by everyone, light, no wider than a phone, no complaint."""

from __future__ import annotations

import gzip
import json
import re
from functools import lru_cache

from devstack.layout import REPOSITORY
from devstack.story import totp
from devstack.story.visitor import Visitor

AXE = REPOSITORY / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
MOST_BYTES = 100_000
"""Of compressed scripts and styles for one page."""
PHONE = {"width": 360, "height": 780}

_RUN = """async options => {
  const { violations } = await axe.run(document, options);
  const line = (v, n) =>
    `${v.id}: ${n.target.join(' ')} ${n.html.slice(0, 160)} ${n.any[0]?.message ?? ''}`;
  return violations.flatMap(v => v.nodes.map(n => line(v, n)));
}"""
_LOOSE = """() => {
  const figure = /\\d[\\d,]*\\.\\d{2}|(?<![\\w\\u200e])[+\\u2212-]\\d|\\d%/;
  const walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  const loose = [];
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const place = node.parentElement;
    if (!figure.test(node.data) || place.closest('script, svg, option, [hidden]')) continue;
    const home = place.closest('bdi, [dir=ltr], .num');
    const style = home && getComputedStyle(home);
    const kept = style && style.direction === 'ltr' && style.unicodeBidi.includes('isolate');
    if (!kept && !place.closest('bdi[dir=ltr]')) loose.push(node.data.trim());
  }
  return loose;
}"""
_LOADED = """() => performance.getEntriesByType('resource')
  .map(one => new URL(one.name).pathname).filter(path => /\\.(js|css)$/.test(path))"""
_SETTLED = """() => document.getAnimations()
  .every(one => !(one instanceof CSSTransition) || one.playState !== 'running')"""


def find(person, path, *, seed=""):
    """Open ``path``; ``list > pattern`` opens the first link of a list that fits the pattern.

    Where a fresh second factor is asked for, it is given from the app with ``seed``.
    """
    start, _, pattern = path.partition(" > ")
    answer = person.go(start)
    assert answer.status == 200, f"{start} answered {answer.status}"
    if person.path.startswith("/accounts/security/again/"):
        totp.wait_for_new(seed)
        person.fill(code=totp.code(seed))
        with person.page.expect_navigation(wait_until="load"):
            person.page.locator("[name=code]").press("Enter")
    if pattern:
        shape = re.compile(pattern.replace("ID", "[0-9a-f-]{36}") + "$")
        paths = person.page.locator("main a[href]").evaluate_all(
            "all => all.map(a => new URL(a.href).pathname)"
        )
        answer = person.go(next(one for one in paths if shape.match(one)))
        assert answer.status == 200, f"{person.path} answered {answer.status}"
    elif person.path.partition("?")[0] != start.partition("?")[0]:
        raise AssertionError(f"{start} led to {person.path}")


def violations(person, *rules):
    """What axe-core finds against WCAG 2.2 AA, or against some rules only."""
    if not person.page.evaluate("typeof axe !== 'undefined'"):
        person.page.evaluate(AXE.read_text())
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": WCAG}
    rules_on = {} if rules else {"rules": {"target-size": {"enabled": True}}}
    options = {"runOnly": only, "resultTypes": ["violations"], **rules_on}
    found: list[str] = person.page.evaluate(_RUN, options)
    return found


def darken(person):
    """Switch the page to its dark colours, as the button at the top does."""
    person.page.emulate_media(color_scheme="dark")
    person.page.evaluate("document.documentElement.dataset.mode = 'dark'")
    person.page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))")
    person.page.wait_for_function(_SETTLED)


@lru_cache(maxsize=1000)
def _weight(base, path):
    """Bytes of a script or style sheet as they travel: compressed, as production serves them."""
    answer = Visitor(base).http.get(base + path)
    answer.raise_for_status()
    return len(gzip.compress(answer.content, 9))


def weights(person):
    """Compressed bytes of each script and style sheet that the open page has loaded."""
    return {path: _weight(person.base, path) for path in person.page.evaluate(_LOADED)}


def faults(person):
    """Every fault of the open page as a line: light and dark, wide and narrow."""
    found = [f"light {line}" for line in violations(person)]
    sizes = weights(person)
    if not sizes or sum(sizes.values()) > MOST_BYTES:
        found.append(f"too heavy: {json.dumps(sizes)}")
    darken(person)
    found += [f"dark {line}" for line in violations(person, "color-contrast")]
    person.page.set_viewport_size(PHONE)
    found += [f"phone {line}" for line in violations(person, "target-size")]
    width = person.page.evaluate("document.scrollingElement.scrollWidth")
    if width > PHONE["width"]:
        found.append(f"{width} pixels wide on a phone: {_widest(person)}")
    return found + [f"console {line}" for line in person.complaints]


def loose_figures(person):
    """Figures of the page that the text around them could turn round, right to left."""
    found: list[str] = person.page.evaluate(_LOOSE)
    return found


def _widest(person):
    return person.page.evaluate(
        """() => [...document.body.querySelectorAll('*')]
          .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
          .slice(0, 8).map(e => e.outerHTML.slice(0, 90))"""
    )
