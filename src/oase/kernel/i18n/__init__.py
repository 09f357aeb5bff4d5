"""Two languages for people: texts, dates, numbers.

    source text (English) --`_()`, `message()`, `{% trans %}`--> locales/<language>/<area>.po --Translator--> what is shown

Python says `message("The file %(name)s is too large.", name=name)`: a `str` in English that also remembers what it was made
of, so that it can go through errors, structs and logs as text and still be shown in the reader's language with
`translator.text(…)`. Plural: `messages("%(n)s file", "%(n)s files", n)`. Placeholders are `%(name)s` everywhere, as in templates.
"""

from oase.kernel.i18n.catalogue import LANGUAGES, Language, choose
from oase.kernel.i18n.message import Message, message, messages
from oase.kernel.i18n.translator import Translator, translator

__all__ = ["LANGUAGES", "Language", "Message", "Translator", "choose", "message", "messages", "translator"]
