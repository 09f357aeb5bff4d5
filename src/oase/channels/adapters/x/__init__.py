"""X: posts that mention a company, and direct messages to it (API v2).

mentions, direct messages --poll, or account activity webhooks--> events       access token --renew--> the next one
an answer --render--> a post below the one answered, or a direct message
"""

from oase.channels.adapters.x.adapter import X

adapter = X()

__all__ = ["X", "adapter"]
