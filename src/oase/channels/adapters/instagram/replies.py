"""How replies about direct messages and comments are read."""

from oase.channels.families.meta import Judge
from oase.channels.families.meta.messaging import accepted, harmless_twice, is_act, meaning_of

JUDGE = Judge(place="Instagram", meaning_of=meaning_of, accepted=accepted, harmless_twice=harmless_twice, of_one_thing=is_act)
