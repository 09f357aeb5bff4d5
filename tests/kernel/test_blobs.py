"""Files in memory, in a folder and in an S3-compatible store: the same behaviour everywhere."""

import os
import stat
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from oase.kernel.blobs import BlobMissing, Blobs, in_folder, in_memory, open_blobs
from oase.kernel.errors import Unavailable
from oase.kernel.secrets import Secret
from oase.kernel.settings import BadSetting, Settings

pytestmark = pytest.mark.enable_socket


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """A real S3-compatible server (moto) with the bucket `oase`; gives its address."""
    import boto3  # type: ignore[import-untyped]
    from botocore.config import Config  # type: ignore[import-untyped]
    from moto.server import DomainDispatcherApplication, create_backend_app  # type: ignore[attr-defined]
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    client = boto3.client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(s3={"addressing_style": "path"}),
    )
    client.create_bucket(Bucket="oase")
    client.close()
    yield address
    server.shutdown()
    thread.join()
    server.server_close()


def s3_settings(address: str, url: str = "s3://oase/dateien") -> Settings:
    return Settings(blobs_url=url, blobs_endpoint=address, blobs_key_id="test", blobs_secret=Secret("test"))


@pytest.fixture(params=["memory", "folder", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    if request.param == "memory":
        return in_memory()
    if request.param == "folder":
        return in_folder(tmp_path / "blobs")
    return open_blobs(s3_settings(request.getfixturevalue("s3")))


async def pieces(*parts: bytes, error: Exception | None = None) -> AsyncIterator[bytes]:
    for part in parts:
        yield part
    if error:
        raise error


async def test_what_was_put_is_there(blobs: Blobs) -> None:
    assert await blobs.put("w1/attachments/a", "Grüße 🌿".encode(), "text/plain") == 12
    assert (await blobs.get("w1/attachments/a"), await blobs.size("w1/attachments/a")) == ("Grüße 🌿".encode(), 12)


async def test_a_stream_is_put_and_read_piece_by_piece(blobs: Blobs) -> None:
    parts = [bytes([number]) * 300_000 for number in range(5)]
    assert await blobs.put("w1/large", pieces(*parts)) == 1_500_000
    assert b"".join([chunk async for chunk in blobs.stream("w1/large")]) == b"".join(parts)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [(0, 3, b"abc"), (2, None, b"cdefgh"), (2, 4, b"cd"), (6, 100, b"gh"), (8, None, b""), (50, 60, b"")],
)
async def test_a_part_of_a_file_is_read(blobs: Blobs, start: int, end: int | None, expected: bytes) -> None:
    await blobs.put("w1/letters", b"abcdefgh")
    assert b"".join([chunk async for chunk in blobs.stream("w1/letters", start=start, end=end)]) == expected


async def test_an_empty_file_is_a_file(blobs: Blobs) -> None:
    await blobs.put("w1/empty", b"")
    assert (await blobs.get("w1/empty"), [chunk async for chunk in blobs.stream("w1/empty")]) == (b"", [])


async def test_what_is_not_there_is_said(blobs: Blobs) -> None:
    assert not await blobs.exists("w1/nothing")
    with pytest.raises(BlobMissing, match="The file w1/nothing does not exist"):
        await blobs.get("w1/nothing")
    with pytest.raises(BlobMissing):
        [chunk async for chunk in blobs.stream("w1/nothing")]


async def test_deleting_twice_does_no_harm(blobs: Blobs) -> None:
    await blobs.put("w1/gone", b"x")
    await blobs.delete("w1/gone", "w1/never")
    await blobs.delete("w1/gone")
    assert not await blobs.exists("w1/gone")


async def test_a_stream_that_breaks_off_leaves_nothing(blobs: Blobs) -> None:
    with pytest.raises(ConnectionError):
        await blobs.put("w1/half", pieces(b"x" * 1_000_000, error=ConnectionError("weg")))
    assert not await blobs.exists("w1/half")


async def test_all_keys_are_listed_with_their_sizes(blobs: Blobs) -> None:
    for key in ("w3/a", "w3/b/c", "w4/a"):
        await blobs.put(key, key.encode())
    assert sorted([entry async for entry in blobs.keys("w3")]) == [("w3/a", 4), ("w3/b/c", 6)]


@pytest.mark.parametrize("key", ["", "/etc/passwd", "../a", "a/../b", "a//b", "a/", ".hidden", "a/.b", "a\\b", "a b", "a\0", "ä"])
async def test_keys_that_could_lead_elsewhere_are_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="is no key for a file"):
        await in_folder(tmp_path).put(key, b"x")


async def test_the_folder_is_closed_to_others(tmp_path: Path) -> None:
    await open_blobs(Settings(data_dir=tmp_path)).put("w1/a", b"x")
    assert stat.S_IMODE((tmp_path / "blobs").stat().st_mode) == 0o700
    assert (tmp_path / "blobs" / "w1" / "a").read_bytes() == b"x"


async def test_a_file_in_a_folder_is_on_the_disk_when_put_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: set[int] = set()
    monkeypatch.setattr(os, "fsync", lambda handle: synced.add(os.fstat(handle).st_ino))
    await in_folder(tmp_path).put("w1/files/a", b"x")
    await in_folder(tmp_path).put("w1/b", pieces(b"y"))
    wanted = [tmp_path, tmp_path / "w1", tmp_path / "w1/files", tmp_path / "w1/files/a", tmp_path / "w1/b"]
    assert {path.stat().st_ino for path in wanted} <= synced


async def test_files_lie_under_the_prefix_of_the_bucket(s3: str) -> None:
    await open_blobs(s3_settings(s3, "s3://oase/eins")).put("w9/a", b"x")
    assert await open_blobs(s3_settings(s3, "s3://oase")).exists("eins/w9/a")


async def test_a_store_that_is_not_there_is_unavailable(s3: str) -> None:
    with pytest.raises(Unavailable, match="does not answer"):
        await open_blobs(s3_settings(s3, "s3://gibt-es-nicht")).put("w1/a", b"x")


@pytest.mark.parametrize("url", ["ftp://bucket", "s3://", "bucket"])
def test_an_address_that_is_no_bucket_is_a_wrong_setting(url: str) -> None:
    with pytest.raises(BadSetting, match="OASE_BLOBS_URL"):
        open_blobs(Settings(blobs_url=url))
