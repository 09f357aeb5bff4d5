"""The language of short messages of customers, as they come in chats and messengers. Written before anything was measured."""

import subprocess
import sys

import pytest

from oase.desk.language import language_for, language_of

TEXTS = {
    "de": """Wo bleibt mein Fahrrad? 😡|Hallo, die Bremse quietscht seit gestern|Könnt ihr mir die Rechnung nochmal schicken?
        |moin, hab ne frage zur lieferung|Größe 54 noch da? 🙏|Wann habt ihr heute offen|Der Akku lädt nicht mehr 🔋
        |Danke, hat geklappt!|Ich möchte gerne meinen Termin verschieben|Gibts das auch in grün?|Bitte um Rückruf
        |Schlauch schon wieder platt 🙄|kann ich per paypal zahlen|Guten Tag|Meine Bestellung ist nicht angekommen, was nun?""",
    "en": """Where is my order?|hi, the brakes are squeaking since yesterday|Can you resend the invoice please
        |do you ship to Ireland? 🇮🇪|thanks, that worked! 👍|Is size 54 still available?|The battery doesn't charge anymore 🔋
        |I'd like to cancel my appointment|hello|any news on my refund??|what time do you open tomorrow
        |this is the third time I'm writing 😤""",
    "fr": """Bonjour, où est ma commande ?|Les freins grincent depuis hier 😕|Pouvez-vous me renvoyer la facture ?
        |merci, ça marche !|Vous livrez en Belgique ?|La batterie ne se charge plus 🔋|Je voudrais déplacer mon rendez-vous
        |salut, c'est dispo en vert ?|à quelle heure vous ouvrez demain|toujours pas reçu mon colis 😡|Bonsoir""",
    "tr": """Merhaba, siparişim nerede?|Frenler dünden beri gıcırdıyor|Faturayı tekrar gönderebilir misiniz?|teşekkürler, oldu 👍
        |Batarya artık şarj olmuyor 🔋|Yarın saat kaçta açıyorsunuz|Randevumu ertelemek istiyorum|yeşili var mı acaba
        |paramı ne zaman iade edeceksiniz??|Günaydın|kargo hala gelmedi 😡""",
    "pl": """Dzień dobry, gdzie jest moje zamówienie?|Hamulce piszczą od wczoraj|Czy możecie jeszcze raz wysłać fakturę?
        |dzięki, działa 👍|Bateria już się nie ładuje 🔋|O której jutro otwieracie|Chciałbym przełożyć wizytę
        |czy jest jeszcze rozmiar 54|kiedy zwrot pieniędzy??|cześć|paczka nadal nie dotarła 😡""",
}
NOTHING = [
    "", " ", "ok 👍", "1234567", "🙂🙂", "Max Müller", "https://shop.example/p/77", "54 cm", "LG-4711", "???",
    "anna@lindgruen.example", "ja", "\x00\ud800\uffff", "%s {} <b></b>", "ﷺ", "\u0301\u0301",
]  # fmt: skip


def test_of_sixty_short_messages_none_is_taken_for_another_language_and_nine_in_ten_are_known() -> None:
    said = [(code, text.strip()) for code, texts in TEXTS.items() for text in texts.split("|")]
    found = [(code, language_of(text), text) for code, text in said]
    assert len(said) == 60
    assert [one for one in found if one[1] not in (one[0], "")] == []
    assert sum(code == known for code, known, _ in found) >= 54


@pytest.mark.parametrize("text", NOTHING)
def test_what_has_no_language_gets_none(text: str) -> None:
    assert language_of(text) == ""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Здравствуйте, где мой заказ? Уже неделю жду", "ru"), ("مرحبا، أين طلبي؟ لم يصل بعد", "ar"), ("שלום, איפה ההזמנה שלי?", "he"),
        ("您好，我的订单在哪里？", "zh"), ("नमस्ते, मेरा ऑर्डर कहाँ है?", "hi"), ("สวัสดีค่ะ สินค้าอยู่ที่ไหน", "th"),
        ("Hei, kvar er bestillinga mi? Eg har venta lenge no", "no"), ("Доброго дня, де моє замовлення? Ще не прийшло", "uk"),
    ],
)  # fmt: skip
def test_other_scripts_and_older_codes_are_read_too(text: str, code: str) -> None:
    assert language_of(text) == code


def test_a_long_mail_takes_no_longer_than_its_beginning() -> None:
    assert language_of("Mein Fahrrad ist noch nicht angekommen. " * 20_000) == "de"


def test_where_a_text_says_nothing_the_person_counts_and_then_the_workspace() -> None:
    assert language_for("Merhaba, siparişim nerede?", known="de", default="de") == "tr"
    assert language_for("ok 👍", known="fr-CA", default="de") == "fr"
    assert language_for("ok 👍", default="de") == "de"


def test_nothing_is_loaded_until_a_text_comes() -> None:
    asked = "import sys; import oase.desk.language, oase.desk.presence; sys.exit('pycld2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
