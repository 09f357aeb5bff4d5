"""The expected wait, said to customers by the clock on the wall: in the chat's head, after the form, in the app, on messengers.

routing: seconds of work --rules (opening hours)--> Wait --wording--> "You will have our answer by 2:20 PM."
"""

from oase.desk.waits.clock import WaitClock
from oase.desk.waits.queries import Outlooks, outlooks
from oase.desk.waits.rules import foretold, outlook
from oase.desk.waits.types import Wait
from oase.desk.waits.wording import REPLY, head_line, opens, sentence

__all__ = ["REPLY", "Outlooks", "Wait", "WaitClock", "foretold", "head_line", "opens", "outlook", "outlooks", "sentence"]
