"""Which domains are asked about, with the likely fix, and which ordinary ones are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventmail.addresses import EmailAddress
from eventmail.spreadsheet.domain_tables import (
    COMMON,
    ENDINGS,
    FREE_MAIL,
    LIKELY_TOPS,
    MISTAKES,
    NEIGHBOURS,
)
from eventmail.spreadsheet.domains import dotted, doubt_about, is_likely
from eventmail.spreadsheet.look_alikes import Near, mixes_scripts, plain_twin, shown_domain, thin

MISTYPED = {
    "gmai.com": "gmail.com",
    "gmial.com": "gmail.com",
    "gnail.com": "gmail.com",
    "gmaill.com": "gmail.com",
    "gamil.com": "gmail.com",
    "g-mail.com": "gmail.com",
    "gmail.co": "gmail.com",
    "gmail.cm": "gmail.com",
    "gmail.con": "gmail.com",
    "gmai.con": "gmail.com",
    "gmail.co.jp": "gmail.com",
    "gmail.com.jp": "gmail.com",
    "grnail.com": "gmail.com",
    "hotmai1.com": "hotmail.com",
    "yaho.co.jp": "yahoo.co.jp",
    "yahooo.co.jp": "yahoo.co.jp",
    "yhaoo.co.jp": "yahoo.co.jp",
    "yah00.co.jp": "yahoo.co.jp",
    "yahooco.jp": "yahoo.co.jp",
    "yahoo.cojp": "yahoo.co.jp",
    "yahoo.ne.jp": "yahoo.co.jp",
    "yahoo.com.jp": "yahoo.co.jp",
    "docomo.co.jp": "docomo.ne.jp",
    "docomo.nejp": "docomo.ne.jp",
    "docom.ne.jp": "docomo.ne.jp",
    "dokomo.ne.jp": "docomo.ne.jp",
    "docomo.ne.jo": "docomo.ne.jp",
    "ezweb.co.jp": "ezweb.ne.jp",
    "ezwed.ne.jp": "ezweb.ne.jp",
    "softbank.nejp": "softbank.ne.jp",
    "sofbank.ne.jp": "softbank.ne.jp",
    "i.softbank.ne.jp": "i.softbank.jp",
    "i-softbank.jp": "i.softbank.jp",
    "outlook.co.jp": "outlook.jp",
    "outlok.jp": "outlook.jp",
    "hotmal.co.jp": "hotmail.co.jp",
    "icloud.co": "icloud.com",
    "iclod.com": "icloud.com",
    "icloud.co.jp": "icloud.com",
    "nifty.co": "nifty.com",
    "bigloble.ne.jp": "biglobe.ne.jp",
    "plala.ne.jp": "plala.or.jp",
    "aozora.cojp": "aozora.co.jp",
    "aozora.co.jo": "aozora.co.jp",
    "aozora.co.jpp": "aozora.co.jp",
    "aozora.co.j": "aozora.co.jp",
    "aozora.cp.jp": "aozora.co.jp",
    "aozora.com.jp": "aozora.co.jp",
    "aozora.co.jp.jp": "aozora.co.jp",
    "aozora.jp.co": "aozora.co.jp",
    "mail.aozora.co.jo": "mail.aozora.co.jp",
    "aozora.con": "aozora.com",
    "aozora.cpm": "aozora.com",
    "aozora.comm": "aozora.com",
    "aozora.nett": "aozora.net",
    "aozora.ne.jo": "aozora.ne.jp",
    "aozora.orjp": "aozora.or.jp",
    "aozora.ac.jpp": "aozora.ac.jp",
    "aozora.jpp": "aozora.jp",
}
# Domains of firms, schools, offices and providers as they stand in rosters. Made up where a
# pattern is meant; real where a real name might be taken for a slip.
ORDINARY = """
aozora-seisakusho.example minato-denki.example takasaki-kensetsu.example hinatakai.example
sakura-chuo-hp.example kitahimesato-unyu.example marufuji-foods.example ja-himesato.example
skytech-himesato.example kotonoha.example toko-seimitsu.example wakaba-gakuen.example
ichibankan.example nagare-kobo.example ryokufukai.example yamabiko-ringyo.example
hinode-print.example riverside-kaigo.example shimizu-bankin.example cosmo-is.example
suzuran-ph.example taisei-sokuryo.example furusato-kanko.example miyabi-hosei.example
yumenoki.example himesato-gas.example himesato-kinzoku.example bellmart.example
himesato-kankyo.example himesato-h.example himesato-th.example cafe-komorebi.example
toyota.co.jp honda.co.jp nissan.co.jp hitachi.co.jp panasonic.co.jp sony.co.jp nec.co.jp
fujitsu.com toshiba.co.jp sharp.co.jp canon.co.jp ricoh.co.jp epson.jp kyocera.jp omron.com
murata.com tdk.com rohm.co.jp keyence.co.jp fanuc.co.jp smc.co.jp daikin.co.jp kubota.com
komatsu.co.jp yamaha.co.jp suzuki.co.jp mazda.co.jp subaru.co.jp denso.co.jp aisin.co.jp
bridgestone.com asahi-kasei.co.jp toray.co.jp teijin.co.jp kuraray.com shiseido.co.jp kao.com
lion.co.jp ajinomoto.com kikkoman.co.jp meiji.com morinaga.co.jp glico.com calbee.co.jp
yakult.co.jp itoen.co.jp suntory.co.jp kirin.co.jp asahibeer.co.jp sapporobeer.jp nissin.com
sevenelevenjp.com lawson.co.jp family.co.jp aeon.co.jp nitori.co.jp yamada-denki.jp edion.co.jp
ksdenki.co.jp cainz.co.jp komeri.co.jp shimamura.gr.jp uniqlo.co.jp jal.com ana.co.jp
jreast.co.jp jr-central.co.jp westjr.co.jp jrkyushu.co.jp tokyometro.jp odakyu.jp keio.co.jp
seibu-group.co.jp tobu.co.jp kintetsu.co.jp hankyu.co.jp nankai.co.jp kuronekoyamato.co.jp
sagawa-exp.co.jp nittsu.co.jp seino.co.jp fukutsu.co.jp smbc.co.jp mizuho-bk.co.jp bk.mufg.jp
resonabank.co.jp chibabank.co.jp hokugin.co.jp nochubank.or.jp shinkin.co.jp daiwa.co.jp
nomura.co.jp nissay.co.jp dai-ichi-life.co.jp tokiomarine-nichido.co.jp ms-ins.com
dentsu.co.jp hakuhodo.co.jp recruit.co.jp mynavi.jp en-japan.com pasona.co.jp tempstaff.co.jp
manpower.co.jp rakuten.com cyberagent.co.jp dena.com mercari.com gmo.jp lycorp.co.jp zozo.com
nttdata.com nttdocomo.com east.ntt.co.jp west.ntt.co.jp kddi.com g.softbank.co.jp
docomo-cs.co.jp biglobe.co.jp nifty.co.jp so-net.co.jp kepco.co.jp tepco.co.jp chuden.co.jp
kyuden.co.jp tohoku-epco.co.jp osakagas.co.jp tokyo-gas.co.jp saibugas.co.jp obayashi.co.jp
kajima.com shimz.co.jp taisei.co.jp takenaka.co.jp sekisuihouse.co.jp daiwahouse.jp
sfc.co.jp misawa.co.jp lixil.co.jp toto.co.jp tanaka.co.jp sato-seiki.co.jp yamada-kogyo.co.jp
suzuki-kensetsu.co.jp ito-shokai.co.jp kobayashi-foods.co.jp nakamura-unyu.co.jp
kato-bankin.com watanabe-dental.com yoshida-clinic.jp sasaki-farm.jp abe-nouen.com
mori-law.jp ueda-tax.jp ogawa-sekizai.net fujita-zouen.net maruyama-shoji.biz aoki-inc.info
u-tokyo.ac.jp kyoto-u.ac.jp osaka-u.ac.jp tohoku.ac.jp hokudai.ac.jp nagoya-u.ac.jp
kyushu-u.ac.jp waseda.jp keio.jp meiji.ac.jp rikkyo.ac.jp hosei.ac.jp chuo-u.ac.jp
doshisha.ac.jp ritsumei.ac.jp kindai.ac.jp nihon-u.ac.jp toyo.jp komazawa-u.ac.jp senshu-u.jp
himesato-h.ed.jp himesato-th.ed.jp midorino-c.ed.jp pen-kanagawa.ed.jp e-net.nara.jp
edu.pref.kagoshima.jp edu-c.open.ed.jp st.spec.ed.jp sch.pref.miyagi.jp hokkaido-c.ed.jp
osaka-c.ed.jp gifu-net.ed.jp tokyo-edu.ed.jp kyoto-be.ne.jp hyogo-c.ed.jp fku.ed.jp
mhlw.go.jp meti.go.jp mext.go.jp mlit.go.jp maff.go.jp moj.go.jp mof.go.jp soumu.go.jp
cao.go.jp env.go.jp nta.go.jp pref.hokkaido.lg.jp pref.chiba.lg.jp pref.osaka.lg.jp
city.himeji.lg.jp city.yokohama.lg.jp city.sapporo.jp city.nagoya.jp city.kobe.lg.jp
city.fukuoka.lg.jp town.midori.lg.jp vill.hinohara.tokyo.jp metro.tokyo.lg.jp
pref.nagano.lg.jp city.sendai.jp city.setagaya.lg.jp jeed.go.jp jaxa.jp riken.jp nhk.or.jp
jica.go.jp jetro.go.jp ja-group.or.jp jichiro.gr.jp shokokai.or.jp cci.or.jp himesato-cci.or.jp
tokyo-cci.or.jp osaka.cci.or.jp jrc.or.jp saiseikai.or.jp keiyukai.or.jp hinata-kai.or.jp
shakyo.or.jp silver.or.jp rokin.or.jp coop.or.jp seikyo.or.jp zennoh.or.jp jaf.or.jp
ocn.ne.jp so-net.ne.jp dion.ne.jp odn.ne.jp zaq.ne.jp jcom.zaq.ne.jp eonet.ne.jp tiki.ne.jp
nifty.com nifty.ne.jp biglobe.ne.jp mti.biglobe.ne.jp plala.or.jp sky.plala.or.jp
infoweb.ne.jp asahi-net.or.jp hi-ho.ne.jp wakwak.com dti.ne.jp iij.ad.jp sannet.ne.jp
mopera.net t-com.ne.jp ybb.ne.jp bbiq.jp commufa.jp mb.infoweb.ne.jp rose.ocn.ne.jp
mail.goo.ne.jp ccn.aitai.ne.jp catvy.ne.jp ncv.ne.jp icn-tv.ne.jp oct-net.ne.jp mctv.ne.jp
kcn.ne.jp kcn.jp tvt.ne.jp hctv.ne.jp omn.ne.jp lcv.ne.jp avis.ne.jp janis.or.jp valley.ne.jp
cosmos.ne.jp angel.ne.jp rakuraku.ne.jp sunfield.ne.jp fsinet.or.jp po.kutc.kansai-u.ac.jp
docomo.ne.jp ezweb.ne.jp au.com uqmobile.jp softbank.ne.jp i.softbank.jp t.vodafone.ne.jp
k.vodafone.ne.jp ymobile.ne.jp yahoo.ne.example emobile.ne.jp willcom.com pdx.ne.jp
wm.pdx.ne.jp disney.ne.jp rakumail.jp mineo.jp
gmail.com googlemail.com yahoo.co.jp yahoo.com ymail.ne.jp ymail.com outlook.jp outlook.com
hotmail.com hotmail.co.jp live.jp msn.com icloud.com me.com mac.com aol.com gmx.com gmx.net
email.com mail.com proton.me zoho.com excite.co.jp infoseek.jp goo.jp qq.com 163.com naver.com
google.com microsoft.com apple.com amazon.co.jp ibm.com oracle.com sap.com siemens.com
bosch.com nestle.com pg.com 3m.com hp.com dell.com cisco.com company.co.uk firma.de
societe.fr startup.co studio.io lab.ai app.dev shop.tokyo kaisha.osaka iga.kyoto
xn--wgv71a119e.jp xn--grzr40d.example xn--28jzbse.jp
""".strip().split("\n")
NAMES = [name for line in ORDINARY for name in line.split()]


@pytest.mark.parametrize(("typed", "meant"), MISTYPED.items())
def test_asks_about_a_slip_with_what_was_meant(typed: str, meant: str) -> None:
    doubt = doubt_about(typed)
    assert doubt is not None
    assert (doubt.code, doubt.likely) == ("mistyped_domain", meant)


def test_asks_about_no_ordinary_domain() -> None:
    assert len(NAMES) > 390
    assert {name: doubt_about(name) for name in NAMES if doubt_about(name)} == {}


@pytest.mark.parametrize(
    ("shown", "code", "meant"),
    [
        ("gm\u0430il.com", "look_alike", "gmail.com"),
        ("\u0443\u0430hoo.co.jp", "look_alike", "yahoo.co.jp"),
        ("d\u03bfcomo.ne.jp", "look_alike", "docomo.ne.jp"),
        ("gmáil.com", "look_alike", "gmail.com"),
        ("gma\u0131l.com", "look_alike", "gmail.com"),
        ("\u0430\u043e\u0440\u0430\u0441\u0435.example", "look_alike", "aopace.example"),
        ("gm\u0430i.com", "look_alike", "gmail.com"),
        ("青空\u0430.example", "mixed_scripts", ""),
        ("青空한.example", "mixed_scripts", ""),
        ("aozora.co.jp様", "odd_ending", "aozora.co.jp"),
        ("aozora.co.jpまで", "odd_ending", "aozora.co.jp"),
    ],
)
def test_asks_about_letters_of_another_script(shown: str, code: str, meant: str) -> None:
    doubt = doubt_about(EmailAddress.parse(f"a@{shown}").domain)
    assert doubt is not None
    assert (doubt.code, doubt.likely) == (code, meant)


@pytest.mark.parametrize(
    "shown",
    [
        "青空.example",
        "あおぞら製作所.jp",
        "アオゾラ-seisakusho.jp",
        "日本語.みんな",
        "ラーメン々.jp",
        "한국.example",
        "россия.рф",
        "münchen-zwölf.example",
    ],
)
def test_asks_about_no_ordinary_international_domain(shown: str) -> None:
    assert doubt_about(EmailAddress.parse(f"a@{shown}").domain) is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("www.aozora.example", "aozora.example"), ("www.gmai.com", "gmail.com")],
)
def test_asks_about_a_web_server(typed: str, meant: str) -> None:
    doubt = doubt_about(typed)
    assert doubt is not None
    assert (doubt.code, doubt.likely) == ("www", meant)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gmailcom", "gmail.com"),
        ("docomonejp", "docomo.ne.jp"),
        ("ocnnejp", "ocn.ne.jp"),
        ("aozoracojp", "aozora.co.jp"),
        ("aozoracom", "aozora.com"),
        ("gmaicom", "gmail.com"),
        ("aozorajp", "aozora.jp"),
        ("aozora", ""),
        ("cojp", "co.jp"),
        ("jp", ""),
    ],
)
def test_finds_where_the_dots_stood(typed: str, meant: str) -> None:
    assert dotted(typed) == meant


@pytest.mark.parametrize(
    ("domain", "likely"),
    [("b.co.jp", True), ("b.example", True), ("b.tanaka", False), ("jpx", False)],
)
def test_a_guess_ends_as_most_domains_do(domain: str, likely: bool) -> None:
    assert is_likely(domain) is likely


@pytest.mark.parametrize("domain", sorted({*COMMON, *FREE_MAIL, *NEIGHBOURS, *MISTAKES.values()}))
def test_what_is_known_is_no_slip(domain: str) -> None:
    assert doubt_about(domain) is None


@pytest.mark.parametrize("domain", sorted(MISTAKES))
def test_each_known_mistake_is_asked_about_with_its_fix(domain: str) -> None:
    doubt = doubt_about(domain)
    assert doubt is not None
    assert doubt.likely == MISTAKES[domain]


@pytest.mark.parametrize("end", sorted(ENDINGS))
def test_each_wrong_end_is_asked_about_behind_a_name_and_not_alone(end: str) -> None:
    doubt = doubt_about(f"aozora{end}")
    assert doubt is not None
    assert doubt.likely == f"aozora{ENDINGS[end]}"
    assert doubt.likely.rpartition(".")[2] in LIKELY_TOPS


@pytest.mark.parametrize("domain", ["c.jp", "cp.jp"])
def test_what_is_a_wrong_end_behind_a_name_may_be_a_name_itself(domain: str) -> None:
    assert doubt_about(domain) is None


WORDS = st.text("abc", min_size=1, max_size=6)


@given(WORDS, WORDS)
def test_near_is_one_slip_and_nothing_else(word: str, known: str) -> None:
    found = Near([known]).find(word)
    assert found == (known if _distance(word, known) == 1 else "")


def _distance(one: str, other: str) -> int:
    """Damerau-Levenshtein (optimal string alignment), by the book."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b))
            if i > 1 and j > 1 and (a, b) == (other[j - 2], one[i - 2]):
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]


def test_near_does_not_look_at_what_is_much_longer() -> None:
    assert Near(["gmail.com"]).find("g" * 100_000) == ""


@pytest.mark.parametrize(
    ("domain", "read"), [("yah00.com", "yahoo.com"), ("grnail", "gmail"), ("vvillcorn", "willcom")]
)
def test_thin_is_how_a_hurried_eye_reads(domain: str, read: str) -> None:
    assert thin(domain) == read


def test_a_twin_is_plain_or_none() -> None:
    assert plain_twin("gm\u0430il.com") == "gmail.com"
    assert plain_twin("青空.example") == ""
    assert not mixes_scripts("アオゾラ青空あおぞらabc-1.example")
    assert shown_domain("xn--grzr40d.example") == "青空.example"
