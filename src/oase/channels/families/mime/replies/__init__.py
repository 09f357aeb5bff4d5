"""What was written now, told apart from what is quoted and from signatures."""

from oase.channels.families.mime.replies.attributions import unshared
from oase.channels.families.mime.replies.split import Split, split

__all__ = ["Split", "split", "unshared"]
