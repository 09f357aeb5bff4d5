"""Permissions and the roles that every workspace begins with."""

import pytest

from oase.kernel.errors import Forbidden
from oase.kernel.permissions import BUILT_IN_ROLES, Permission, known, require


def test_what_is_held_is_allowed() -> None:
    require({Permission.CONVERSATION_READ}, Permission.CONVERSATION_READ)


def test_what_is_not_held_is_forbidden_and_named() -> None:
    with pytest.raises(Forbidden, match=r"You need the permission “person\.erase” for this\.") as caught:
        require(BUILT_IN_ROLES["agent"], Permission.PERSON_ERASE)
    assert caught.value.permission == "person.erase"


def test_an_administrator_may_do_everything() -> None:
    assert BUILT_IN_ROLES["administrator"] == set(Permission)


def test_each_role_below_an_administrator_may_less() -> None:
    assert BUILT_IN_ROLES["agent"] < BUILT_IN_ROLES["team_lead"] < BUILT_IN_ROLES["administrator"]


def test_a_viewer_changes_nothing() -> None:
    assert {name.rpartition(".")[2] for name in BUILT_IN_ROLES["viewer"]} == {"read"}


def test_unknown_names_grant_nothing() -> None:
    assert known(["conversation.read", "everything", "conversation.*"]) == {Permission.CONVERSATION_READ}
