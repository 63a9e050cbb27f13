"""Exercise 3.3: a PNG that arrives as the bytes it left as, through both doors."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from helpers.checks.http_doors import Door, Reply, http_api, rest_api
from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did, shown

FUNCTION = "check-thumbnail"
SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = ("c81e1e", "00ff7f")
ACCEPT = {"Accept": "image/png"}


def check_3_3(
    session: Session, did: Did, handler: Callable[..., Any], binary_types: Sequence[str]
) -> None:
    """Fetch two samples of paint through an HTTP API, then through a REST API."""
    if not isinstance(binary_types, list | tuple):
        raise NotYet(
            f"binary_types is {shown(binary_types)}",
            expected="a list of media types, each a text.",
            advice="Put brackets around it: a list may hold one.",
            hint=3,
        )
    session.deploy(handler, FUNCTION)
    with http_api(session, FUNCTION) as door:
        _fetch(did, door)
    with rest_api(session, FUNCTION, binary=list(binary_types)) as door:
        _fetch(did, door)


def _fetch(did: Did, door: Door) -> None:
    for number, colour in enumerate(COLOURS, start=1):
        did(f"fetched {number} of 2 samples through the {door.name}")
        reply = door.send("GET", f"/samples?color={colour}", headers=ACCEPT)
        _expect_type(reply, door)
        _expect_picture(reply, door, colour)


def _expect_type(reply: Reply, door: Door) -> None:
    kind = reply.headers.get("content-type", "none")
    if reply.status == 200 and kind == "image/png":
        return
    raise NotYet(
        f"The {door.name} answered {reply.status} with the content type {kind}",
        expected="200 and image/png.",
        advice='A browser goes by the header: "headers": {"Content-Type": "image/png"}.',
        hint=1,
    )


def _expect_picture(reply: Reply, door: Door, colour: str) -> None:
    if colour_of(reply.body) == colour:
        return
    advice = "Make the picture of the color that the query asks for."
    if reply.body.startswith(b"iVBOR"):
        advice = (
            "That is base64, nobody decoded it. isBase64Encoded, the bool True, tells the API to."
        )
        if door.name == "REST API":
            advice = (
                "That is base64. A REST API decodes it only for media types on its list: "
                'binary_types = ["image/png"].'
            )
    elif not reply.body.startswith(SIGNATURE):
        advice = "The bytes were made text on the way. Only base64 brings them through JSON."
    raise NotYet(
        f"The {door.name} delivered {len(reply.body)} bytes that begin with {reply.body[:10]!r}",
        expected=f"a PNG of the color {colour}: it begins with {SIGNATURE!r}.",
        advice=advice,
        hint=2,
    )


def colour_of(picture: bytes) -> str | None:
    """Return the colour of a PNG's first pixel (8 bits, RGB); None if it is no such PNG."""
    try:
        chunks = dict(_chunks(picture))
        pixels = zlib.decompress(chunks[b"IDAT"])
    except (KeyError, ValueError, struct.error, zlib.error):
        return None
    return pixels[1:4].hex()


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not picture.startswith(SIGNATURE):
        raise ValueError("no PNG")
    place = len(SIGNATURE)
    while place < len(picture):
        (length,) = struct.unpack_from(">I", picture, place)
        yield picture[place + 4 : place + 8], picture[place + 8 : place + 8 + length]
        place += length + 12
