"""Which local parts name a person: measured on what stands in rosters.

A full name does. A desk does not, and half a name (a surname, an initial) is not enough.
"""

from __future__ import annotations

import pytest

from eventmail.addresses import EmailAddress, names_a_person
from eventmail.names import GIVEN_NAMES, ROLE_WORDS, SURNAMES, fold_romaji


def _words(text: str) -> list[str]:
    return text.split()


PERSONS = _words("""
    taro.yamada yamada.taro yamada_taro yamada-taro yamadataro tarou.yamada hanako-suzuki
    suzuki.hanako ichiro.suzuki kenichi.yamaguchi misaki.ito itou.misaki itoh.misaki
    ohtani.shohei shouhei.ootani sayaka.hayashi kazuo.fujita kenta.abe abe.kenta ken.tanaka
    tanaka.ken2 tanakaken kobayashi.yuki yuuki.kobayashi yuki_kobayashi01 ryohei.matsumoto
    ryouhei.matsumoto kouhei.inoue inoue-kohei daisuke.kimura kimura_daisuke shota.saito
    syota.saitou satou.syoko syunsuke.mori zyunko.abe jyunko.abe sinzi.tanaka hirosi.suzuki
    tutomu.ito mitiko.ueda hukuda.humiko homma.takeshi takesi.honma kondou.tetsuya tetsuya-kondo
    akari.morishita makoto.hasegawa hasegawa.makoto sato.yukiko.personal kazuhiro.wakabayashi
    wakabayashi.kazuhiro ogasawara.ren ren-ogasawara shiho.miyake miyake.shiho1985
    aozora.yamada.taro h28.yamada.taro Taro.Yamada TARO_YAMADA takahashi.naoko+saiyo
    yudai.komatsu komatsuyudai kaito.kurosawa asahi.nagano
""")
ORDINARY = _words("""
    info jinji soumu somu saiyo saiyou recruit hr keiri eigyo office contact kanko tenpo honbu
    gyomu kango jimu kikaku kojo shinro career shushoku hello en mail main admin support staff
    yamada sato suzuki tanaka yamada1 yamada.t t.yamada t-yamada tyamada yamadat yamada_t sato.k
    k.sato ksato hanako taro shimizu-bankin yamabiko hinode toyota aozora minato-denki jinjisoumu
    jinji.yamada yamada.jinji yamada-saiyo saiyo-tanto saiyou_tantou soumu.sato suzuki.eigyo
    yamada.taro.jinji jinji-yamada.taro info+yamada.taro kumagaya.shop nagoya.office osaka
    tokyo.eigyo shiten.sendai kaisha-annai gakkou.shinro kouhou.midori sakura-chuo-hp asahi
    midori.kai hinatakai wakaba-gakuen fujita-shoten matsuda-kogyo tanaka-seisakusho
    nakamura.kensetsu yamamoto_denki 1234567 a x01 abc.def saiyo2027 shinsotsu2027 noreply
    webmaster postmaster satoai
""")


@pytest.mark.parametrize("local", PERSONS)
def test_a_full_name_is_a_person(local: str) -> None:
    assert names_a_person(EmailAddress.parse(f"{local}@b.example"))


@pytest.mark.parametrize("local", ORDINARY)
def test_a_desk_a_firm_or_half_a_name_is_not(local: str) -> None:
    assert not names_a_person(EmailAddress.parse(f"{local}@b.example"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("satou", "sato"),
        ("satoh", "sato"),
        ("ohno", "oono"),
        ("syota", "shota"),
        ("zyunko", "junko"),
        ("jyunko", "junko"),
        ("sinzi", "shinji"),
        ("tiaki", "chiaki"),
        ("tyatya", "chacha"),
        ("mutumi", "mutsumi"),
        ("hukuda", "fukuda"),
        ("homma", "honma"),
        ("yuuki", "yuki"),
    ],
)
def test_spellings_of_one_name_are_one(one: str, other: str) -> None:
    assert fold_romaji(one) == fold_romaji(other)


@pytest.mark.parametrize("name", ["chuo", "tsuji", "shutaro", "chitose"])
def test_what_is_spelt_well_stays(name: str) -> None:
    assert fold_romaji(name) == name


def test_a_role_is_no_name() -> None:
    assert not ROLE_WORDS & (SURNAMES | GIVEN_NAMES)
