"""The inbox as web pages: a list, a message, and its HTML in a frame that can do nothing."""

from __future__ import annotations

from html import escape

from devstack.mail.box import Message

STYLE = """
:root { color-scheme: light dark; }
:root { --line: light-dark(#d9dce3, #3a3f4a); --dim: light-dark(#5b6270, #a2a9b8); }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.35rem; margin: 0 0 1rem; } a { color: inherit; }
ol { list-style: none; padding: 0; margin: 0; border-block-start: 1px solid var(--line); }
li { border-block-end: 1px solid var(--line); }
li a { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; padding: .7rem .5rem; }
li a { text-decoration: none; }
li a:hover, li a:focus-visible { background: light-dark(#f2f4f8, #23272f); }
.subject { font-weight: 600; } .dim { color: var(--dim); font-size: .88rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
pre { border: 1px solid var(--line); padding: 1rem; }
iframe { inline-size: 100%; block-size: 70vh; border: 1px solid var(--line); background: #fff; }
nav { display: flex; gap: 1rem; margin-block-end: 1rem; }
"""


def inbox(messages: list[Message]) -> str:
    """The list page, which asks for itself again every three seconds."""
    rows = "".join(
        f'<li><a href="/m/{message.id}"><span class="subject">{escape(message.subject)}</span>'
        f'<time class="dim">{_moment(message)}</time>'
        f'<span class="dim">{escape(", ".join(message.to))}</span></a></li>'
        for message in messages
    )
    body = f"<ol>{rows}</ol>" if rows else '<p class="dim">No mail yet.</p>'
    return _page("Inbox", f"<h1>Inbox</h1>{body}", '<meta http-equiv="refresh" content="3">')


def message(shown: Message) -> str:
    """The page of one message: plain text, and its HTML in a sandboxed frame."""
    frame = (
        f'<iframe title="The mail as HTML" sandbox="allow-popups" src="/html/{shown.id}"></iframe>'
        if shown.html
        else ""
    )
    attached = "".join(f'<p class="dim">Attached: {escape(name)}</p>' for name in shown.attachments)
    return _page(
        shown.subject,
        f'<nav><a href="/">Inbox</a><a href="/raw/{shown.id}">Source</a></nav>'
        f"<h1>{escape(shown.subject)}</h1>"
        f'<p class="dim">{escape(shown.sender)} to {escape(", ".join(shown.to))}</p>'
        f'<p class="dim">{_moment(shown)}</p>'
        f"{attached}{frame}<h2>Plain text</h2><pre>{escape(shown.text)}</pre>",
    )


def _page(title: str, body: str, head: str = "") -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title>{head}<style>{STYLE}</style></head><body>{body}</body></html>"
    )


def _moment(of: Message) -> str:
    return escape(f"{of.at[:10]} {of.at[11:19]} UTC")
