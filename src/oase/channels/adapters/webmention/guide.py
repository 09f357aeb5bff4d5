"""How to be told: shown beside the account's form."""

from oase.channels.contract import Words

_EN = """\
Somebody writes about your pages in a blog of their own, likes them or shares them: their website tells yours, if yours says where.
That is a *webmention*, a standard of the W3C; many blogs (WordPress with the plugin *Webmention*, Hugo, Micro.blog, Ghost) speak it.
It needs no account and no password.

1. Enter the addresses of your pages, each on a line, and save.
2. Oase shows a line of HTML. Put it into the `<head>` of every page that can be mentioned, usually once in your website's template.
   Where you cannot change the pages, let the web server send the same as a header: `Link: <…>; rel="webmention"`.
3. Press *Connect again*: Oase reads your pages and says whether they name it.
4. Each page that is mentioned becomes a public conversation. Oase reads the page that mentions it and shows who wrote what. If it is
   changed or taken away there, so it is here.
5. You answer in public: your answer stands on a page of Oase with an address of its own, and the website that you answer is told.
   Whether it shows your answer is its own decision. A website that takes no webmentions cannot be told; Oase says so.
"""

_DE = """\
Jemand schreibt im eigenen Blog über Ihre Seiten, lobt oder teilt sie: Seine Website sagt es Ihrer, wenn Ihre sagt, wo. Das ist eine
*Webmention*, ein Standard des W3C; viele Blogs (WordPress mit dem Plugin *Webmention*, Hugo, Micro.blog, Ghost) sprechen ihn. Es
braucht kein Konto und kein Passwort.

1. Tragen Sie die Adressen Ihrer Seiten ein, je Zeile eine, und speichern Sie.
2. Oase zeigt eine Zeile HTML. Setzen Sie sie in den `<head>` jeder Seite, die erwähnt werden kann, meist einmal in der Vorlage Ihrer
   Website. Wo Sie die Seiten nicht ändern können, lassen Sie den Webserver dasselbe als Header senden: `Link: <…>; rel="webmention"`.
3. Drücken Sie auf *Neu verbinden*: Oase liest Ihre Seiten und sagt, ob sie Oase nennen.
4. Jede Ihrer Seiten, die erwähnt wird, wird ein öffentliches Gespräch. Oase liest die Seite, die sie erwähnt, und zeigt, wer was
   geschrieben hat. Wird es dort geändert oder gelöscht, dann auch hier.
5. Sie antworten öffentlich: Ihre Antwort steht auf einer Seite von Oase mit eigener Adresse, und die Website, der Sie antworten,
   erfährt davon. Ob sie Ihre Antwort zeigt, entscheidet sie selbst. Einer Website, die keine Webmentions nimmt, kann es niemand
   sagen; Oase weist darauf hin.
"""

GUIDE = Words(_EN, _DE)
