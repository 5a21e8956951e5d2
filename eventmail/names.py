"""Common Japanese surnames and given names in Latin letters, and the words of desks and roles.

Tables for telling ``taro.yamada`` from ``jinji``. They are no register of names: a rarer name is
simply not known. Spellings are folded to one: of long vowels (Satou, Satoh, Sato), and those of
school and of passports (Sinzi, Shinji; Homma, Honma).
"""

from __future__ import annotations

import re

_ONE_SPELLING = (
    *((re.compile(r"(?:sy|sh)(?=[auo])"), "sh"), (re.compile(r"si"), "shi")),
    *((re.compile(r"(?:ty|cy)(?=[auo])"), "ch"), (re.compile(r"ti"), "chi")),
    *((re.compile(r"tu"), "tsu"), (re.compile(r"(?<![sct])hu"), "fu")),
    *((re.compile(r"[jz]y(?=[auo])|z(?=i)"), "j"), (re.compile(r"m(?=[bmp])"), "n")),
)
_LONG_O_BY_H = re.compile(r"oh(?=[^aeiouy]|$)")
_LONG_U = re.compile(r"u{2,}")
_LONG_O = re.compile(r"o[ou]+")


def fold_romaji(word: str) -> str:
    """A romanised word in lower case in one spelling: ``Ohno`` is ``ono``, ``Sinzi`` ``shinji``."""
    plain = word.casefold()
    for pattern, spelling in _ONE_SPELLING:
        plain = pattern.sub(spelling, plain)
    plain = _LONG_O_BY_H.sub("o", plain)
    return _LONG_O.sub("o", _LONG_U.sub("u", plain))


def _table(words: str) -> frozenset[str]:
    return frozenset(map(fold_romaji, words.split()))


SURNAMES = _table("""
    abe adachi aida akiyama ando aoki aoyama arai araki arakawa arita asada asano ban chiba doi
    eguchi endo enomoto fujii fujikawa fujimoto fujimura fujioka fujisawa fujita fujiwara fukai
    fukuda fukui fukumoto fukushima furukawa furuta goto hamada hara harada hasegawa hashimoto
    hatanaka hattori hayakawa hayashi higuchi hino hirai hirano hirata hirayama hirose honda honma
    hori horie horiuchi hosokawa hoshino ichikawa igarashi iida iijima ikeda imai imamura inagaki
    inoue ishibashi ishida ishihara ishii ishikawa ishizuka isobe ito iwamoto iwasaki iwata
    kamiya kaneko kanno kasai kato katayama kawada kawaguchi kawai kawakami kawamoto kawamura
    kawano kawasaki kawashima kikuchi kimura kinoshita kitagawa kitamura kobayashi kodama koga
    koike koizumi kojima kondo konishi kono koyama kubo kubota kudo kumagai kurihara kuroda
    kuwahara maeda makino maruyama masuda matsuda matsui matsumoto matsumura matsunaga matsuo
    matsuoka matsushita matsuura mikami minami mito miura miyahara miyamoto miyata miyazaki
    mizuno mochizuki mori morikawa morimoto morishita morita motoyama murakami muramatsu murata
    nagai nagao nagata naito nakagawa nakahara nakai nakajima nakamura nakanishi nakano nakao
    nakashima nakata nakayama narita nemoto nishi nishida nishikawa nishimura nishioka nishiyama
    noda noguchi nomura oba ochiai ogawa ogata ogino oguri ohashi ohta oikawa oishi oka okada
    okamoto okamura okazaki okubo okuda omori ono onishi osawa oshima ota otani otsuka oyama
    ozaki ozawa saeki saito sakagami sakaguchi sakai sakakibara sakamoto sakata sakurai sano
    sasaki sato sawada seki sekiguchi sekine shibata shimada shimamura shimizu shimoda shinohara
    shiraishi sugawara sugimoto sugita sugiura sugiyama sudo suzuki tada taguchi taira tajima
    takada takagi takahashi takano takasaki takase takayama takeda takei takemoto takenaka
    takeuchi takizawa tamura tanabe tanaka tani taniguchi terada toda tominaga tomita toyoda
    tsuchiya tsuda tsuji tsukamoto tsutsumi uchida uchiyama ueda uehara uemura ueno umeda
    uno usui wada watanabe yagi yamada yamagata yamaguchi yamakawa yamamoto yamamura yamanaka
    yamane yamaoka yamashita yamauchi yamazaki yano yasuda yokota yokoyama yoneda yoshida
    yoshikawa yoshimura yoshioka
    fujinaga fukunaga hamaguchi hamasaki haneda hiramatsu hiraoka hosoda inaba ishiguro ishizaki
    iwai kagawa kanda kashiwagi kataoka kawabata kawahara kawanishi kawase kido kishimoto kitahara
    kitajima komatsu komiya kosaka koyanagi kuroki kurosawa kusano machida maekawa makita
    matsubara matsuyama matsuzaki miyagi miyake miyashita miyoshi mizutani mukai murai muto nagano
    nagasawa nagase nagashima nakazawa nishihara nishiwaki nishizawa nozaki numata ogasawara okawa
    okumura okuno onodera onuki oshiro sakuma sakurada sasagawa sawamura segawa shibuya shiina
    shimazaki shindo shinozaki shirakawa sonoda sugihara sugimura sugino suwa takami takamatsu
    takemura tamaki tazawa tokuda tokunaga tomioka toyama tsukada tsuruta umemoto wakabayashi
    wakamatsu yajima yanagi yanagida yanase yasui yokoi yonezawa yoshii yoshino yoshizawa yuasa
""")
GIVEN_NAMES = _table("""
    ai aiko aiko aina airi akane aki akie akihiko akihiro akiko akio akira aoi asami asuka atsuko
    atsushi aya ayaka ayako ayumi ayano azusa chiaki chie chieko chiharu chihiro chika chikako
    chinatsu daichi daiki daisuke eiichi eiji eiko emi emiko eri erika eriko etsuko fumie
    fumihiko fumiko fumio hajime hana hanae hanako haruka haruki haruko haruto hayato hideaki
    hidehiko hidekazu hideki hideko hideo hideto hideyuki hikaru hina hiroaki hiroki hiroko
    hiromi hiromichi hironori hiroshi hiroto hiroyuki hisako hisashi hitomi hitoshi honoka ichiro
    isamu itsuki izumi jiro jun junichi junko junya kana kanako kaori kaoru katsumi katsuya kayo
    kayoko kazuhiko kazuhiro kazuki kazuko kazumi kazuo kazuya kazuyuki kei keiichi keiji keiko
    keisuke keita ken kengo kenichi kenichiro kenji kenta kentaro kiyoko kiyoshi koichi koji
    kosuke kota kumiko kunio kyoko mai maiko maki makiko makoto mami mana manabu manami mao mari
    mariko masaaki masahiko masahiro masaki masako masami masao masaru masashi masato masaya
    masayuki mayu mayuko mayumi megumi mei michiko michio midori miho mika miki mikiko mikio
    minako minoru mio misaki misato mitsuko mitsuo mitsuru miwa miyuki mizuki moe momoka momoko
    mutsumi nana nanako nanami naohiro naoki naoko naomi naoto naoya natsuki natsuko natsumi
    noboru nobuhiro nobuko nobuo nobuyuki noriko norio noriyuki osamu ran reiko rena rie rieko
    riho rika riko rina risa ryo ryoichi ryoko ryosuke ryota ryuichi ryuji sachiko saki sakura
    sanae saori satoko satomi satoru satoshi sayaka sayuri seiichi seiji shigeki shigeo shigeru
    shin shinichi shinji shinya shiori shizuka sho shohei shoichi shoji shota shuhei shuichi
    shun shunsuke sota susumu tadashi taichi taiki takahiro takako takao takashi takayuki
    takehiko takeo takeru takeshi takuma takumi takuya tamami taro tatsuo tatsuya teruo tetsuo
    tetsuya tomohiro tomoki tomoko tomomi tomoya tomoyuki toru toshiaki toshihiro toshiko toshio
    toshiyuki tsubasa tsuneo tsutomu tsuyoshi wakana wataru yasuhiro yasuko yasuo yasushi
    yasuyuki yoko yoshiaki yoshie yoshihiro yoshiko yoshimi yoshinori yoshio yosuke yota yuichi
    yui yuichiro yuji yuka yukari yuki yukiko yukio yuko yuma yumi yumiko yuri yuriko yusuke yuta
    yutaka yuto yuya
    akari akihito akinori arisa asahi ayana ayane chisato fuyumi haruna harumi hidenori hinata
    hirofumi hirokazu hisao honami ichika kaho kaito kazue kazunori keigo kento kimiko kiyomi kohei
    kosei kyohei maho marina masahito masanori masumi minori mitsuhiro mizuho nobuaki ren riku
    ryohei ryunosuke ryuto setsuko shiho shingo shogo sora sumiko takafumi takanori tatsuki
    tomoaki tomoe tomonori toshihiko yoshifumi yoshikazu yoshitaka yoshiyuki yudai yugo
    shoko yuna yurina
""")
ROLE_WORDS = _table("""
    accounting admin administrator bosyu boshu bu career center contact desk eigyo eigyou en fax
    gakko gakkou general gyomu hello help honbu honsha hr info information inquiry inquire
    jigyo jigyosho jimu jimukyoku jinji jinjika jinjibu jinjisoumu jinzai ka kaisha kango kanri
    keiri kikaku kinmu koho kojo kouhou kyoiku kyujin kyuujin madoguchi mail main manager mensetsu
    noreply no-reply office order otoiawase personnel postmaster pr recruit recruiting reception
    rinji roumu romu saiyo saiyou sales school shain shinro shinsotsu shomu shoumu shushoku
    shusyoku sodan somu soumu soumuka soumubu staff support syomu syusyoku tantou tanto team
    tenpo toiawase unei web webmaster
""")
