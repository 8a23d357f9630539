"""Mandarin Chinese: how a cell of the lexicon becomes forms. Chapter 1.

Nothing inflects, but words choose their neighbours. So agreement is a list of features: of a noun
its classifier, its number, its kind ("只,s,animal"); of a verb what its object may be ("human" or
"thing"), "static" for what lasts and has no place (爱), "把" for what is done to things.
"""

from collections.abc import Callable, Sequence

from course_lib.corpora.grammar.language import Forms, FormWords, Language, Morphology, words
from course_lib.corpora.grammar.languages.mandarin_rules import TEMPLATES

Features = Sequence[str]


class ByFeature(dict[str, FormWords]):
    """FormWords by agreement, made when first asked for."""

    def __init__(self, make: Callable[[Features], FormWords]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, agreement: str) -> FormWords:
        self[agreement] = found = self._make(agreement.split(","))
        return found


def _always(form: str) -> ByFeature:
    found = words(form)
    return ByFeature(lambda features: found)


def _common(first: str, second: str) -> str:
    """What two coordinated phrases have in common."""
    return ",".join(feature for feature in first.split(",") if feature in second.split(","))


def _options(cell: str) -> tuple[str, dict[str, str]]:
    """ "爱 past=- static" -> 爱 and its options; an option without a value has itself for value, "-" is nothing."""
    base, *rest = cell.split()
    pairs = (option.partition("=") for option in rest)
    return base, {name: ("" if value == "-" else value) if sign else name for name, sign, value in pairs}


def verb_agreement(cell: str, kind: str, kinds: Sequence[str]) -> str:
    """What a verb demands, of whatever kind its object: "爱 static", ["person", "animal"] -> "human,static"."""
    _, options = _options(cell)
    return ",".join(
        ["human" if "person" in kinds else "thing", *(o for o in ("把", "static", "coming") if o in options)]
    )


def chinese_verb(cell: str) -> Forms:
    """A verb as it stands, then what is particular to it.

    ``past=``     its aspect in the past where that is not 了: "-" for none
    ``split``     the aspect parts its two characters: 跳 了 舞; ``split=一觉``: and something else follows, 睡 了 一觉
    ``present=``  its aspect in the present: 弄丢 了
    ``lasting=``  another verb after 正在, before a noun: 关 for 关上
    ``着``         a state that its verb with 着 says
    ``coming``    no 正在, but 要 … 了; ``coming=``: but another word, without 了
    ``purpose=``  another verb for what one goes or comes for: 去 学校 报到
    ``rest=``     a part after the receiver: 给 他 看
    ``顶= text=``  another verb for objects with this classifier or of this kind
    ``把 static`` see :func:`verb_agreement`
    """
    base, options = _options(cell)
    after, aspect, now = options.get("rest", ""), options.get("past", "了"), options.get("present", "")
    split = options.get("split", "").replace("split", base[1:])

    def verb(suffix: str = "", mark: str = "", usual: str = base, before_noun: str = "") -> ByFeature:
        def make(features: Features) -> FormWords:
            other = before_noun if any(features) and before_noun else usual
            chosen = next((options[f] for f in features if f in options and f not in _NOT_FEATURES), other)
            return words(f"{chosen}{suffix} {_possibly(mark)}")

        return ByFeature(make)

    state = options.get("着", "")
    doing = "" if state else f"~{options.get('coming', '正在')}".replace("coming", "要")
    return {
        "": verb(),
        "past": _always(f"{base[0]} ~{aspect} {split}") if split else verb(),
        "past.bare": verb(),
        "purpose": verb(usual=options.get("purpose", base)),
        "present": verb(state, now),
        "present.bare": verb(state),
        "lasting": verb(state, before_noun=options.get("lasting", "")),
        "not_lasting": verb(state, before_noun=options.get("lasting", "")),
        "doing": _always(doing),
        "not_doing": _always("~在" if doing == "~正在" else ""),
        "aspect": _always("" if after or split else _possibly(aspect)),
        "aspect.bare": _always(""),
        "change": _always("~了" if options.get("coming") == "coming" else ""),
        "rest": _always(after),
        "rest_aspect": _always(_possibly(aspect) if after else ""),
        "rest_aspect.bare": _always(""),
    }


_NOT_FEATURES = {"past", "present", "lasting", "着", "coming", "purpose", "rest", "把", "static", "split"}


def _possibly(form: str) -> str:
    return f"~{form}" if form else ""


def chinese_determiner(cell: str) -> Forms:
    """ "那+ 那些": singular and plural, + where a classifier follows; "place=-": none before a place; "我 的".

    The form "joint" is what joins it to the noun: the classifier, or 的. The form "shown" stands before a
    place too: 那 个 大 公园, the big park, where 公园 alone is the park, and 大 公园 big parks.
    """
    singular, *rest = cell.split()
    plural, *options = rest or [singular]
    if plural == "的":
        return {"": _always(singular), "joint": _always("~的")}

    def shown(features: Features) -> str:
        return plural if "p" in features else singular

    def form(features: Features) -> str:
        return "-" if "place=-" in options and {"site", "area"} & set(features) else shown(features)

    def word(chosen: Callable[[Features], str]) -> ByFeature:
        return ByFeature(lambda features: words(chosen(features).rstrip("+-")))

    def joint(chosen: Callable[[Features], str]) -> ByFeature:
        return ByFeature(lambda features: words(f"~{features[0]}" if chosen(features).endswith("+") else ""))

    return {"": word(form), "joint": joint(form), "shown": word(shown), "shown_joint": joint(shown)}


def chinese_adjective(cell: str) -> Forms:
    """ "年老的 老": before the noun, and after the copula 很 where it differs; then another copula (是, 感到).

    What 是 connects keeps its 的: 是 红色 的, and needs no 是 before a noun. The form "joint" is the 的 before a noun.
    Before a colour stands what has a 的, after it what has none: 漂亮 的 红色 的 刀, 红色 的 大 刀; "early" and "late".
    """
    before, *rest = cell.split()
    stem, joint = (before[:-1], "~的") if before.endswith("的") else (before, "")
    copula, plain = "很", stem
    if rest == ["是"]:
        copula, plain = "是", f"{stem} {joint}"
    elif len(rest) == 2:
        copula, plain = rest
    elif rest:
        [plain] = rest
    return {
        "": _always(stem),
        "joint": _always(joint),
        "early": _always(stem if joint else ""),
        "late": _always("" if joint else stem),
        "plain": _always(plain),
        "copula": _always(f"~{copula}"),
        "copula.asked": _always("" if copula == "很" else f"~{copula}"),
        "copula.trait": _always("" if copula == "是" else f"~{copula}"),
    }


def chinese_word(cell: str) -> Forms:
    """A word; "他们|它们": for the object of a verb that may have a person for object, and of another.

    The form "before" is what stands before the verb: 把 它们.
    """
    if cell == "-":
        cell = ""
    human, _, thing = cell.partition("|")
    if not thing:
        many = ByFeature(lambda features: words(cell + "们" if {"p", "person"} <= set(features) else cell))
        return {"": _always(cell), "before": _always(""), "many": many}
    return {
        "": ByFeature(lambda features: words("" if "把" in features else thing if "thing" in features else human)),
        "before": ByFeature(lambda features: words(f"~把 {thing}" if "把" in features else "")),
    }


def chinese_noun(cell: str, kind: str) -> list[tuple[str, str]]:
    """ "猫 只": one form, singular and plural, and its classifier."""
    noun, classifier = cell.split()
    return [(noun, f"{classifier},{number},{kind}") for number in "sp"]


CHINESE = Language(
    code="zh",
    name="Chinese",
    default="",
    coordinate=_common,
    morphology=Morphology(
        noun=chinese_noun,
        verb=chinese_verb,
        determiner=chinese_determiner,
        adjective=chinese_adjective,
        word=chinese_word,
        verb_agreement=verb_agreement,
    ),
    templates=TEMPLATES,
    contractions={
        ("正在", "在"): ("正在",),
        ("在", "在"): ("在",),
        ("来", "在"): ("来到",),
        ("留下来", "在"): ("留在",),
        ("报到", "在"): ("到",),
        ("住下", "在"): ("住在",),
        ("了", "的"): ("的",),
        ("的", "的"): ("的",),
        ("不", "很"): ("不",),
        ("不会", "很"): ("不会",),
        ("不", "非常"): ("不", "太"),
        **{("不", adjective): ("不是", adjective) for adjective in "红色 黑色 白色 绿色 关着".split()},
        ("不", "有"): ("没", "有"),
        ("没", "认识"): ("不", "认识"),
        ("没", "爱"): ("不", "爱"),
        ("不", "看见"): ("看不见",),
        ("不", "找到"): ("找不到",),
        ("不", "摔倒"): ("不会", "摔倒"),
        ("不", "弄丢"): ("不会", "弄丢"),
        ("不", "忘记"): ("不会", "忘记"),
        ("不", "吃完"): ("不会", "吃完"),
        ("不", "写完"): ("不会", "写完"),
    },
)
