"""What a picture carries beside its pixels: where it was taken, by whom, with what remark."""

from __future__ import annotations

import io

from PIL import ExifTags, Image, TiffImagePlugin

from eventmail.language import said
from eventmail.scanning.inventory import Inventory
from eventmail.scanning.report import Trace

_USUAL = {
    ExifTags.Base.Artist: said("撮影者"),
    ExifTags.Base.Copyright: said("著作権者"),
    ExifTags.Base.XPAuthor: said("作成者"),
    ExifTags.Base.XPTitle: said("タイトル"),
}
_REMARKS = {
    ExifTags.Base.ImageDescription: said("説明"),
    ExifTags.Base.XPComment: said("コメント"),
    ExifTags.Base.XPKeywords: said("キーワード"),
    ExifTags.Base.XPSubject: said("件名"),
    ExifTags.Base.UserComment: said("コメント"),
}
_PNG = {
    "Author": said("作成者"),
    "Comment": said("コメント"),
    "Description": said("説明"),
    "Title": said("タイトル"),
}
_PNG_USUAL = ("Author", "Title")
_TWO_BYTES = "XP"


def look_into_picture(content: bytes, found: Inventory, name: str = said("画像")) -> bool:
    """Note what a picture's metadata tell; False if it is no picture that we know."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            exif, told = picture.getexif(), dict(picture.info)
            camera = exif.get_ifd(ExifTags.IFD.Exif)
            gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    except Exception:  # noqa: BLE001 - Pillow raises whatever its many readers raise
        return False
    if any(key in gps for key in (ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSDestLatitude)):
        found.hide(
            Trace.PROPERTY,
            said("{picture_said}の撮影場所（GPS）", picture_said=name),
            _position(gps),
        )
    for tags, usual in ((_USUAL, True), (_REMARKS, False)):
        for tag, label in tags.items():
            _note(
                found,
                said("{picture_said}の「{label_said}」", picture_said=name, label_said=label),
                _text(exif.get(tag) or camera.get(tag), tag),
                usual,
            )
    for key, label in _PNG.items():
        _note(
            found,
            said("{picture_said}の「{label_said}」", picture_said=name, label_said=label),
            _text(told.get(key)),
            key in _PNG_USUAL,
        )
    return True


def _note(found: Inventory, where: str, text: str, usual: bool) -> None:
    if text:
        found.hide(Trace.PROPERTY, where, text, usual)
        found.say(where, text, said("プロパティ"))


def _text(value: object, tag: int = 0) -> str:
    if isinstance(value, bytes):
        if tag and ExifTags.Base(tag).name.startswith(_TWO_BYTES):
            value = value.decode("utf-16-le", "replace")
        else:
            value = (
                value.removeprefix(b"ASCII\0\0\0")
                .removeprefix(b"UNICODE\0")
                .decode("utf-8", "replace")
            )
    return value.replace("\0", "").strip() if isinstance(value, str) else ""


def _position(gps: dict[int, object]) -> str:
    values = (gps.get(tag) for tag in (ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLongitude))
    return "、".join(_degrees(each) for each in values if each)


def _degrees(value: object) -> str:
    if not isinstance(value, tuple) or len(value) != 3:
        return ""
    degrees, minutes, seconds = (
        float(each) if isinstance(each, (int, float, TiffImagePlugin.IFDRational)) else 0.0
        for each in value
    )
    return f"{degrees + minutes / 60 + seconds / 3600:.4f}"
