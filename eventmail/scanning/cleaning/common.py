"""What is taken out of every kind of Office file: properties, stores, places of pictures."""

from __future__ import annotations

import io
import re
import struct

from PIL import ExifTags, Image

from eventmail.scanning.cleaning import xml
from eventmail.scanning.cleaning.copy import Copy, kind_of
from eventmail.scanning.inventory import Inventory
from eventmail.scanning.pictures import look_into_picture

_STORES = ("customXml", "customXmlProps")
_ABOUT = ("custom-properties", "thumbnail")
_KEPT = ("Application", "DocSecurity", "ScaleCrop", "LinksUpToDate", "SharedDoc", "AppVersion")
_LOCAL = re.compile(r"file:|\\\\|[A-Za-z]:[\\/]", re.IGNORECASE)
_EXIF, _XMP = b"Exif\0\0", b"http://ns.adobe.com/"
_TEXTS_OF_PNG = (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME")


def clean_what_all_have(copy: Copy) -> None:
    """Properties, data stores, thumbnails, and what pictures tell of their place and author."""
    copy.cut("", *_ABOUT)
    for part in copy.related("", "core-properties"):
        root = copy.tree(part).documentElement
        for each in xml.children(root):
            xml.remove(each)
    for part in copy.related("", "extended-properties"):
        root = copy.tree(part).documentElement
        for each in xml.children(root):
            if each.localName not in _KEPT:
                xml.remove(each)
    copy.cut(copy.main(), *_STORES)
    for part in copy.names:
        if part.endswith((".jpg", ".jpeg", ".png")) and _tells(copy.read(part)):
            copy.put(part, without_metadata(copy.read(part)))


def cut_local_links(copy: Copy, part: str) -> set[str]:
    """Take away a part's links into somebody's own folders; returns their ids."""
    return copy.cut_those(
        part,
        [
            each
            for each in copy.relations(part)
            if each.getAttribute("TargetMode") == "External"
            and (_LOCAL.match(each.getAttribute("Target")) or kind_of(each) == "attachedTemplate")
        ],
    )


def _tells(content: bytes) -> bool:
    found = Inventory()
    look_into_picture(content, found)
    return bool(found.hidden)


def without_metadata(content: bytes) -> bytes:
    """The same picture, its pixels as they were; which side is up stays."""
    if content.startswith(b"\x89PNG"):
        return _png(content)
    return _jpeg(content) if content.startswith(b"\xff\xd8") else content


def _png(content: bytes) -> bytes:
    pieces, at = [content[:8]], 8
    while at + 8 <= len(content):
        (size,) = struct.unpack(">I", content[at : at + 4])
        if content[at + 4 : at + 8] not in _TEXTS_OF_PNG:
            pieces.append(content[at : at + 12 + size])
        at += 12 + size
    return b"".join(pieces)


def _jpeg(content: bytes) -> bytes:
    pieces, at = [content[:2], _which_side_is_up(content)], 2
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] != 0xDA:
        (size,) = struct.unpack(">H", content[at + 2 : at + 4])
        body = content[at + 4 : at + 2 + size]
        is_comment = content[at + 1] == 0xFE
        if not (is_comment or (content[at + 1] == 0xE1 and body.startswith((_EXIF, _XMP)))):
            pieces.append(content[at : at + 2 + size])
        at += 2 + size
    return b"".join([*pieces, content[at:]])


def _which_side_is_up(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as picture:
        turned = picture.getexif().get(ExifTags.Base.Orientation)
    if not turned:
        return b""
    kept = Image.Exif()
    kept[ExifTags.Base.Orientation] = turned
    body = kept.tobytes()
    body = body if body.startswith(_EXIF) else _EXIF + body
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
