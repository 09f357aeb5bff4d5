"""Access tokens for two hours, each with a refresh token that counts once.

https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code (read 2026-08)
"""

from datetime import timedelta
from typing import Final

from oase.channels.adapters.x.wire import address
from oase.channels.contract import Account, Again, Call, NoReply, Refused, Renewed
from oase.channels.families import oauth
from oase.channels.families.steps import Dialogue
from oase.kernel.i18n import message
from oase.kernel.secrets import Secret

_SOON: Final = timedelta(seconds=30)
NOBODY: Final = message("Nobody has signed in at X yet: the button for it is on the account's page.")


def renewing(account: Account) -> Dialogue[Renewed | Again | Refused]:
    """One call to the token endpoint."""
    token, client_id = account.secret("refresh_token"), str(account.settings.get("client_id") or "")
    if not token:
        return Refused(why=str(NOBODY), sign_in=True)
    form: dict[str, str | Secret] = {"grant_type": "refresh_token", "refresh_token": token, "client_id": client_id}
    proof = oauth.basic(client_id, account.secret("client_secret"))
    headers: dict[str, str | Secret] = {"accept": "application/json", "authorization": proof}
    reply = yield Call(method="POST", url=address(account, "/2/oauth2/token"), headers=headers, form=form)
    if isinstance(reply, NoReply):
        return Again(why=reply.why, after=_SOON)
    said = oauth.read_answer(reply.status, reply.body)
    if isinstance(said, oauth.Granted):
        secrets = {"access_token": said.access_token}
        if said.refresh_token:
            secrets["refresh_token"] = said.refresh_token
        return Renewed(secrets=secrets, lasts=timedelta(seconds=min(max(said.seconds, 60), 30 * 86_400)))
    if said.for_now:
        return Again(why=str(message("X gives out no access token: %(words)s", words=said.words)), after=_SOON)
    ended = message("X has ended our access: sign in again on the account's page. X's words: %(words)s", words=said.words)
    return Refused(why=str(ended), code=said.code, sign_in=True)
