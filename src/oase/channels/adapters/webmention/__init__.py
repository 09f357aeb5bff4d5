"""Webmention: other people's websites that write about pages of ours, and our answers to them.
W3C Recommendation of 2017-01-12, https://www.w3.org/TR/webmention/

in:  POST source, target --`asking` (400, or 202 at once)--> journal --`following` fetches the source--> journal
     --`reading` (with `pages`, `microformats`)--> Received and Edited, or Deleted, in the public conversation of our page
out: our answer stands on a page of Oase's own; `writing` -> GET source, POST to the endpoint that it names --`replies`--> outcomes
and: `checking` (whether our pages name our endpoint), `pictures`

A channel of its own, not a part of feeds or WordPress: feeds and WordPress are places that we ask, by an address that an
administrator gave us; here strangers tell us, nothing proves who they are but the page they name, and what we answer has no room
at their place. Of the settings of those two it would share none.
"""

from oase.channels.adapters.webmention.adapter import Webmention

__all__ = ["Webmention", "adapter"]

adapter = Webmention()
