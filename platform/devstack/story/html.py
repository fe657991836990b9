"""Reading a page as a browser does: its text, its links and its forms."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass(slots=True)
class Form:
    """A form with what it would send if it were sent as it stands."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """Of selects, radios and check boxes: value and label."""
    files: list[str] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def has(self, *names: str) -> bool:
        """Whether the form asks for all of ``names``."""
        known = {*self.values, *self.choices, *self.files}
        return known.issuperset(names)


@dataclass(slots=True)
class Page:
    """What a page shows and offers."""

    title: str = ""
    text: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)
    """Address and words of each link."""
    forms: list[Form] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    metas: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.form: Form | None = None
        self.hidden = 0
        self.link: list[str] | None = None
        self.select = ""
        self.option: list[str] | None = None
        self.area = ""
        self.is_title = False
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag in {"script", "style", "template", "svg"}:
            self.hidden += 1
        elif tag == "form":
            self.form = Form(at.get("action") or at.get("hx-post", ""), at.get("method", "get"))
            self.page.forms.append(self.form)
        elif tag == "a":
            self.link = [at.get("href", "")]
        elif tag == "img":
            self.page.images.append(at.get("src", ""))
        elif tag == "title":
            self.is_title = True
        elif tag == "meta":
            self.page.metas[at.get("name", "")] = at.get("content", "")
        elif self.form is not None:
            self._field(tag, at, self.form)

    def _field(self, tag: str, at: dict[str, str], form: Form) -> None:
        name = at.get("name", "")
        if tag == "input" and name:
            self._input(at, form)
        elif tag == "select":
            self.select = name
            form.choices.setdefault(name, [])
        elif tag == "option" and self.select:
            self.option = [at.get("value", "")]
            if "selected" in at or self.select not in form.values:
                form.values[self.select] = [at.get("value", "")]
        elif tag == "textarea":
            self.area = name
            form.values[name] = [""]
        elif tag == "button" and name:
            form.buttons.append((name, at.get("value", "")))

    def _input(self, at: dict[str, str], form: Form) -> None:
        name, kind = at["name"], at.get("type", "text")
        if kind == "file":
            form.files.append(name)
        elif kind in {"checkbox", "radio"}:
            form.choices.setdefault(name, []).append((at.get("value", "on"), ""))
            if "checked" in at:
                form.values.setdefault(name, []).append(at.get("value", "on"))
        elif kind == "submit":
            form.buttons.append((name, at.get("value", "")))
        else:
            form.values.setdefault(name, []).append(at.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style", "template", "svg"}:
            self.hidden = max(0, self.hidden - 1)
        elif tag == "form":
            self.form = None
        elif tag == "a" and self.link is not None:
            self.page.links.append((self.link[0], " ".join("".join(self.link[1:]).split())))
            self.link = None
        elif tag == "option" and self.option is not None and self.form is not None:
            label = " ".join("".join(self.option[1:]).split())
            self.form.choices[self.select].append((self.option[0], label))
            self.option = None
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.area = ""
        elif tag == "title":
            self.is_title = False

    def handle_data(self, data: str) -> None:
        if self.is_title:
            self.page.title += data
        if self.hidden:
            return
        if self.link is not None:
            self.link.append(data)
        if self.option is not None:
            self.option.append(data)
        elif self.area and self.form is not None:
            self.form.values[self.area][0] += data
        else:
            self.words.append(data)


def read(text: str) -> Page:
    """Read the page that ``text`` is."""
    reader = _Reader()
    reader.feed(text)
    reader.page.text = " ".join(" ".join(reader.words).split())
    return reader.page
