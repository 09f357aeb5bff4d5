"""The blanks of templates: every component has its fields, and what is typed goes where the provider wants it."""

import pytest

from oase.channels.contract import Template
from oase.kernel.errors import Invalid
from oase.web.blanks import blanks, reads, used

TEMPLATE = Template(
    name="rad_fertig", language="de", header="Für {{1}}", body="Ihr {{2}} steht seit {{1}} bereit, {{first_name}}.", footer="Lindgrün",
    buttons=("Anrufen", "Auftrag ansehen"), parameters={"body": 2, "button.1": 1, "header": 1, "body.first_name": 1, "header.image": 1},
)  # fmt: skip
TYPED = {
    "place.header.1": "Frau Groß", "place.header.image.1": "https://lindgruen.example/rad.jpg", "place.body.1": "gestern",
    "place.body.2": "Stadtwind", "place.body.first_name.1": "Änne", "place.button.1.1": "W-2231",
}  # fmt: skip


def test_every_blank_has_its_field_in_the_order_of_reading() -> None:
    found = blanks(TEMPLATE)
    assert sorted(one.field for one in found) == sorted(TYPED)
    assert [one.component.partition(".")[0] for one in found] == ["header", "header", "body", "body", "body", "button"]
    assert [one.field for one in found if one.link] == ["place.header.image.1"]
    assert str(found[-1].label) == "End of the link of “Auftrag ansehen”"


def test_the_words_name_their_blanks_as_the_form_does() -> None:
    ours = "Für {{place.header.1}}\n\nIhr {{place.body.2}} steht seit {{place.body.1}} bereit, {{place.body.first_name.1}}.\n\nLindgrün"
    assert reads(TEMPLATE) == ours


def test_what_is_typed_goes_to_its_component_and_reads_as_the_customer_reads_it() -> None:
    use = used(TEMPLATE, TYPED)
    assert use.parameters == {
        "header": ("Frau Groß",), "header.image": ("https://lindgruen.example/rad.jpg",), "body": ("gestern", "Stadtwind"),
        "body.first_name": ("Änne",), "button.1": ("W-2231",),
    }  # fmt: skip
    assert use.preview == "Für Frau Groß\n\nIhr Stadtwind steht seit gestern bereit, Änne.\n\nLindgrün"


@pytest.mark.parametrize("field", TYPED)
def test_an_empty_blank_is_named(field: str) -> None:
    with pytest.raises(Invalid) as error:
        used(TEMPLATE, {**TYPED, field: " "})
    assert error.value.field == field


def test_a_picture_is_an_address() -> None:
    with pytest.raises(Invalid) as error:
        used(TEMPLATE, {**TYPED, "place.header.image.1": "rad.jpg"})
    assert error.value.field == "place.header.image.1"
