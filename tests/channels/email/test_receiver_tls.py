"""STARTTLS of our own receiver: offered with a certificate, for SMTP and LMTP; renewed files count without a restart."""

import smtplib
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from tests.channels.email.conftest import letter
from tests.channels.email.test_receiver import House, receiving, talk
from tests.servers import certificates
from tests.servers.mail import RECEIVER_DOMAIN

from oase.channels.adapters.email import MailReceiver
from oase.kernel.settings import Settings, load
from oase.kernel.tls import BadCertificate, ServerCertificate, receiver_certificate
from oase.main.doctor import Finding, examine
from oase.main.house import House as Oase


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with an authority, a certificate and its key."""
    certificates.make(tmp_path, names=("localhost", "mail.firma.example"))
    return tmp_path


def certificate_of(folder: Path) -> ServerCertificate:
    return ServerCertificate(folder / "server.pem", folder / "server.key")


def settings_of(folder: Path, **more: str) -> Settings:
    environment = {
        "OASE_DATA_DIR": str(folder / "data"),
        "OASE_MAIL_RECEIVER_PORT": "8425",
        "OASE_MAIL_RECEIVER_CERTIFICATE": str(folder / "server.pem"),
        "OASE_MAIL_RECEIVER_KEY": str(folder / "server.key"),
    }
    return load({**environment, **more}, folder)


async def serial_of(receiver: MailReceiver, authority: Path) -> int:
    """The number of the certificate that a new connection is shown."""

    def script(client: smtplib.SMTP) -> int:
        client.starttls(context=ssl.create_default_context(cafile=str(authority)))
        assert isinstance(client.sock, ssl.SSLSocket)
        shown = client.sock.getpeercert(binary_form=True)
        assert shown
        return x509.load_der_x509_certificate(shown).serial_number

    return await talk(receiver, script)


@pytest.mark.parametrize("kind", [smtplib.SMTP, smtplib.LMTP])
async def test_a_mail_comes_encrypted_by_smtp_and_by_lmtp(files: Path, kind: type[smtplib.SMTP]) -> None:
    house = House()
    async with receiving(house, lmtp=None, tls=certificate_of(files).context) as receiver:

        def script(client: smtplib.SMTP) -> tuple[bool, bool, str | None]:
            offered = client.has_extn("starttls")
            assert client.starttls(context=ssl.create_default_context(cafile=str(files / "ca.pem")))[0] == 220
            client.ehlo_or_helo_if_needed()
            again = client.has_extn("starttls")
            client.sendmail("kunde@example.com", [f"support@{RECEIVER_DOMAIN}"], letter())
            assert isinstance(client.sock, ssl.SSLSocket)
            return offered, again, client.sock.version()

        offered, again, version = await talk(receiver, script, kind)
    assert (offered, again) == (True, False)
    assert version in ("TLSv1.2", "TLSv1.3")
    assert [account for account, _ in house.mails] == ["support"]
    assert house.mails[0][1].method == ("LMTP" if kind is smtplib.LMTP else "SMTP")


async def test_without_a_certificate_nothing_is_offered() -> None:
    async with receiving(House()) as receiver:

        def script(client: smtplib.SMTP) -> bool:
            return client.has_extn("starttls")

        assert not await talk(receiver, script)


async def test_encryption_is_offered_not_demanded(files: Path) -> None:
    """A receiver for the world must take mail in the clear as well (RFC 3207, 4)."""
    house = House()
    async with receiving(house, tls=certificate_of(files).context) as receiver:

        def script(client: smtplib.SMTP) -> None:
            client.sendmail("kunde@example.com", [f"support@{RECEIVER_DOMAIN}"], letter())

        await talk(receiver, script)
    assert len(house.mails) == 1


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated:DeprecationWarning")
async def test_old_encryption_is_refused(files: Path) -> None:
    async with receiving(House(), tls=certificate_of(files).context) as receiver:

        def script(client: smtplib.SMTP) -> None:
            context = ssl.create_default_context(cafile=str(files / "ca.pem"))
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
            context.set_ciphers("ALL:@SECLEVEL=0")
            with pytest.raises(ssl.SSLError, match=r"PROTOCOL_VERSION|EOF"):
                client.starttls(context=context)
            client.close()

        await talk(receiver, script)


async def test_what_was_sent_before_the_encryption_does_not_count_after_it(files: Path) -> None:
    """Commands slipped in behind STARTTLS by somebody on the way (CVE-2011-0411)."""
    house = House()
    async with receiving(house, tls=certificate_of(files).context) as receiver:

        def script(client: smtplib.SMTP) -> bytes:
            assert client.sock is not None
            client.sock.sendall(b"STARTTLS\r\nMAIL FROM:<boese@example.com>\r\n")
            assert client.getreply()[0] == 220
            context = ssl.create_default_context(cafile=str(files / "ca.pem"))
            client.sock = context.wrap_socket(client.sock, server_hostname="localhost")
            client.file = None
            client.ehlo("kunde.example")
            return client.docmd("RCPT", f"TO:<support@{RECEIVER_DOMAIN}>")[1]

        assert b"need MAIL" in await talk(receiver, script)


async def test_a_renewed_certificate_is_shown_to_the_next_connection(files: Path) -> None:
    async with receiving(House(), tls=certificate_of(files).context) as receiver:
        first = await serial_of(receiver, files / "ca.pem")
        assert await serial_of(receiver, files / "ca.pem") == first
        certificates.make(files)
        second = await serial_of(receiver, files / "ca.pem")
    assert second != first


async def test_a_renewal_that_is_only_half_there_leaves_what_was(files: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    fresh = tmp_path_factory.mktemp("fresh")
    certificates.make(fresh)
    authority = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.write_bytes((files / "ca.pem").read_bytes())
    async with receiving(House(), tls=certificate_of(files).context) as receiver:
        first = await serial_of(receiver, authority)
        (fresh / "server.pem").replace(files / "server.pem")  # its key is still to come
        assert await serial_of(receiver, authority) == first
        (fresh / "server.key").replace(files / "server.key")
        assert await serial_of(receiver, fresh / "ca.pem") != first
        (files / "server.pem").unlink()
        assert await serial_of(receiver, fresh / "ca.pem") != first


def test_what_cannot_be_used_is_said_with_the_name_of_the_file(files: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    certificates.make(other)
    nothing = tmp_path / "nothing.pem"
    nothing.write_text("no certificate")
    sealed = tmp_path / "sealed.key"
    key = serialization.load_pem_private_key((files / "server.key").read_bytes(), None)
    form, pem = serialization.PrivateFormat.PKCS8, serialization.Encoding.PEM
    sealed.write_bytes(key.private_bytes(pem, form, serialization.BestAvailableEncryption(b"geheim")))
    for certificate, key_file, said in (
        (tmp_path / "gone.pem", files / "server.key", r"gone\.pem cannot be read: No such file"),
        (files / "server.pem", other / "server.key", "do not belong together"),
        (nothing, files / "server.key", r"nothing\.pem holds no certificate in PEM form"),
        (files / "server.pem", nothing, r"nothing\.pem holds no private key"),
        (files / "server.pem", sealed, "or one with a password"),
        (tmp_path, files / "server.key", "cannot be read|no certificate"),
    ):
        with pytest.raises(BadCertificate, match=said):
            ServerCertificate(certificate, key_file)


def test_a_certificate_without_a_key_is_no_setting(files: Path) -> None:
    with pytest.raises(BadCertificate, match="OASE_MAIL_RECEIVER_KEY is not"):
        receiver_certificate(settings_of(files, OASE_MAIL_RECEIVER_KEY=""))


async def test_oase_does_not_start_with_a_certificate_that_cannot_be_used(files: Path) -> None:
    (files / "server.key").unlink()
    oase = Oase(settings_of(files), "postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(BadCertificate, match=r"server\.key cannot be read"):
        oase.begin_connecting()


async def about_the_receiver(settings: Settings) -> Finding:
    findings = examine(settings)
    async for finding in findings:
        if "mail receiver" in finding.what:
            await findings.aclose()  # type: ignore[attr-defined]
            return finding
    raise AssertionError("The doctor did not look at the mail receiver.")


async def test_the_doctor_looks_at_the_certificate(files: Path) -> None:
    good = await about_the_receiver(settings_of(files))
    assert good.state == "good"
    assert "localhost, mail.firma.example is good until" in good.what
    certificates.make(files, days=5)
    assert (await about_the_receiver(settings_of(files))).state == "hint"
    certificates.make(files, days=-1)
    late = await about_the_receiver(settings_of(files))
    assert (late.state, "ended on" in late.what) == ("bad", True)
    (files / "server.pem").unlink()
    bad = await about_the_receiver(settings_of(files))
    assert bad.state == "bad"
    assert "server.pem cannot be read" in bad.what
