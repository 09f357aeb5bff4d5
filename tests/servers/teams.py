"""Microsoft's published description of the Bot Connector (botframework-sdk, swagger 2.0), for Prism to hold both sides to.

Where Microsoft's own pages say otherwise, the pages count; each difference is named here.
"""

import json
from pathlib import Path
from typing import Any

FILE = "teams-botframework-channel.json"


def description(folder: Path) -> dict[str, Any]:
    """The description, with what the pages say otherwise."""
    found: dict[str, Any] = json.loads((folder / FILE).read_text("utf-8-sig"))
    found["host"], found["schemes"] = "127.0.0.1", ["http"]
    # the copy of a text in HTML is a string: https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability
    del found["definitions"]["Attachment"]["properties"]["content"]["type"]
    # more reactions than two: https://learn.microsoft.com/microsoftteams/platform/agents-in-teams/teams-reactions-reference
    del found["definitions"]["MessageReactionTypes"]["enum"]
    # reactions of bots came after the description: https://learn.microsoft.com/microsoftteams/platform/agents-in-teams/agent-reactions
    names = ("conversationId", "activityId", "reactionType")
    parameters = [{"name": name, "in": "path", "required": True, "type": "string"} for name in names]
    answers = {
        "200": {"description": "Done."},
        "default": {"description": "Not.", "schema": {"$ref": "#/definitions/ErrorResponse"}},
    }
    operation = {"parameters": parameters, "responses": answers}
    path = "/v3/conversations/{conversationId}/activities/{activityId}/reactions/{reactionType}"
    found["paths"][path] = {"put": operation, "delete": operation}
    return found
