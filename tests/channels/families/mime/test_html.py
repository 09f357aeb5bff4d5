# ruff: noqa: E501
"""HTML from outside: nothing of a collection of attacks gets through, and what is harmless stays."""

import re

import pytest

from oase.channels.families.mime import Mail, read
from oase.channels.families.mime.html_clean import sanitise_text

HEAD = b"From: a@example.com\nMessage-ID: <a@b>\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n"
FORBIDDEN = ("<script", "javascript:", "onerror", "onload", "onclick", "onmouseover", "<iframe", "<form", "<svg", "<math", "<style", "<base", "<meta", "vbscript:",
             "expression(", "url(", "position", "z-index", "srcdoc", "<object", "<embed", "formaction", "xlink", "alert(", "evil.example/track")  # fmt: skip
ATTACKS = [
    "<script>alert(1)</script>", "<SCRIPT SRC=https://evil.example/x.js></SCRIPT>", "<img src=x onerror=alert(1)>", "<img src=`javascript:alert(1)`>",
    "<svg/onload=alert(1)>", "<svg><script>alert(1)</script></svg>", "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<a href='jav&#x09;ascript:alert(1)'>x</a>", "<a href=' &#14; javascript:alert(1)'>x</a>", "<a href='vbscript:msgbox(1)'>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>", "<body onload=alert(1)>x</body>", "<div style='width:expression(alert(1))'>x</div>",
    "<div style='background:url(javascript:alert(1))'>x</div>", "<div style='position:fixed;z-index:9999'>x</div>", "<style>@import 'https://evil.example/x'</style>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>", "<!--<img src='--><img src=x onerror=alert(1)//'>",
    "<template><script>alert(1)</script></template>", "<form><button formaction=javascript:alert(1)>x</button></form>",
    "<table background='javascript:alert(1)'><tr><td>x</td></tr></table>", "<input onfocus=alert(1) autofocus>", "<details open ontoggle=alert(1)>x</details>",
    "<video><source onerror=alert(1)></video>", "<object data='javascript:alert(1)'></object>", "<embed src='javascript:alert(1)'>", "<xss onmouseover=alert(1)>x</xss>",
    "<p style='color:red;background-image:url(https://evil.example/track)'>x</p>", "<img width=1 height=1 src=https://evil.example/track>",
    "<img src=https://evil.example/track style='max-height:1px;max-width:1px'>", "<a href=x target=_top onclick=alert(1)>x</a>",
    "<textarea><img title='</textarea><img src=x onerror=alert(1)>'></textarea>", "<title><img title='</title><img src=x onerror=alert(1)>'></title>",
    "<select><style></select><img src=x onerror=alert(1)></style>", "<img data-embedded='data:image/png;base64,AAAA\" onerror=\"alert(1)'>",
    "<img data-src='javascript:alert(1)'>", "<img src='data:image/svg+xml;base64,PHN2Zz4='>", "<img src='data:text/html,<script>alert(1)</script>'>",
    "<p style='p\\6fsition:fixed'>x</p>", "<p style='/**/position:fixed'>x</p>", "<base href=https://evil.example/><a href=track>x</a>",
]  # fmt: skip


def shown(html: str) -> Mail:
    return read(HEAD + html.encode())


@pytest.mark.parametrize("attack", ATTACKS)
def test_attack_is_gone(attack: str) -> None:
    lowered = shown(f"<p>Anfang</p>{attack}<p>Ende</p>").html.lower()
    tags = " ".join(re.findall(r"<[^>]*>", lowered))
    assert [word for word in FORBIDDEN if word in tags] == []


def test_what_is_harmless_stays() -> None:
    html = '<p style="color: red">Hallo <b>Welt</b></p><table><tbody><tr><td colspan="2">x</td></tr></tbody></table><ul><li>a</li></ul>'
    assert (
        shown(html).html
        == '<p style="color:red">Hallo <b>Welt</b></p><table><tbody><tr><td colspan="2">x</td></tr></tbody></table><ul><li>a</li></ul>'
    )


def test_remote_pictures_wait_and_are_counted() -> None:
    mail = shown(
        '<img src="https://cdn.example/a.jpg" width="100"><img src="//cdn.example/b.jpg" width="100"><img src="cid:c@d">'
    )
    assert mail.remote_images == 2
    assert ' src="' not in mail.html
    assert 'data-src="https://cdn.example/b.jpg"' in mail.html
    assert "html: 2 remote pictures" in mail.notes


def test_links_open_elsewhere_and_tell_nothing() -> None:
    html = shown('<a href="https://example.com">x</a>').html
    assert 'target="_blank"' in html
    assert "noopener" in html and "noreferrer" in html


def test_html_reply_ends_where_the_quote_begins() -> None:
    mail = shown(
        '<div>Ja, bitte <b>sofort</b>.</div><div class="gmail_quote"><div class="gmail_attr">Am 12.03.26 um 14:05 schrieb Eva &lt;eva@example.com&gt;:<br></div><blockquote class="gmail_quote" style="border-left:1px solid">Soll ich?</blockquote></div>'
    )
    assert "<b>sofort</b>" in mail.html_reply
    assert "Soll ich" not in mail.html_reply
    assert "Soll ich" in mail.html


def test_ampersands_and_hard_spaces_stay_what_they_were() -> None:
    source = "<p>Müller &amp; Söhne:&nbsp;5&#160;€ &amp;lt; 6 && &uuml;</p>"
    assert sanitise_text(source) == "<p>Müller &amp; Söhne:&nbsp;5&nbsp;€ &amp;lt; 6 &amp;&amp; ü</p>"
    link = sanitise_text('<a href="https://shop.example/?a=1&copy=2&amp;b=3">x</a>')
    assert 'href="https://shop.example/?a=1&amp;copy=2&amp;b=3"' in link
    assert "<script" not in sanitise_text("&lt;script&gt;alert(1)&lt;/script&gt;")
