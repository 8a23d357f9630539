"""How Mandarin Chinese writes the constructions of the grammar. Chapter 1.

The notation is explained in rules.py. A verb group has parts, for a place or a company stands
inside it: what comes before the verb, the verb, and what comes after (了). So has a place: the
preposition and the rest (在 … 里), for it comes without the first after another 在. And so has a
quality: its copula (很), which a question leaves out, and the adjective.
"""

from collections.abc import Iterator

from course_lib.corpora.grammar.language import read_templates

OBJECT_PRONOUN = {
    ", transitive": "{c.before/v} VERB ASPECT {c/v}",  # 看 了 他, 把 它们 打开 了
    ", addressing": "{c} VERB || ASPECT",  # 跟 他 说话
    ", giving": "VERB || ASPECT {c} || {v.rest} REST",  # 给 了 他 看
    "": "VERB || ASPECT",  # 去 || 了
}
"""Where the verb groups have their verb, the aspect (了), the pronoun in slot c and the rest of a verb."""


def _verb_groups(variant: str, order: str) -> Iterator[tuple[str, str]]:
    def verb(form: str, aspect: str = "", rest: str = "") -> str:
        return order.replace("VERB", form).replace("ASPECT", aspect).replace("REST", rest)

    plain, present = verb("{v}"), verb("{v.present}")
    past = verb("{v.past}", aspect="{v.aspect}", rest="{v.rest_aspect}")
    # What is about to change (要 来 了) says so at the end, where the verb has no pronoun beside it.
    lasting = verb("{v.lasting}", aspect="" if variant else "{v.change}")
    not_lasting = verb("{v.not_lasting}")
    groups = {
        "group present": f"|| {present}",
        "negated present": f"不=k || {plain}",
        "group past": f"|| {past}",
        "negated past": f"没=k || {plain}",
        "group future": f"会=f || {plain}",
        "negated future": f"不会=k=f || {plain}",
        "asked present": f"|| {present}",
        "asked past": f"|| {past}",
        "asked future": f"|| {plain}",
        "infinitive": f"|| {plain}",
        "group progressive": f"{{v.doing}} || {lasting}",
        "negated progressive": f"没=k {{v.not_doing}} || {not_lasting} ?coming 不=k || {not_lasting}",
        "habit": f"{{h}} || {plain}",
        "never": f"从不=k || {plain}",
    }
    for name, template in groups.items():
        yield name + variant, template


# A noun has what joins its determiner and its adjective to it: 那 把 刀, 我 的 刀, 红色 的 刀. One in
# which another language has an article, and it none, stands for the article too: 看不见 猫, does not see
# a cat; 花园, the garden. Where one acts stands before the verb, where one stays or arrives after it.
NOTATION = {
    "THE": "{d/n} {d.joint/n}~{n}",
    "SHOWN": "{d.shown/n} {d.shown_joint/n}~{n}",
    "A": "{a} {a.joint}~{n}",
    "B": "{b} {b.joint}~{n}",
}
TABLE = """
# Noun phrases.
noun                                   | THE {n}
noun, owned                            | THE {n.many/n}
noun, negated                          | THE {n} ?s THE {n}~{d}
noun, place                            | THE {n}~{d}
noun and adjective                     | THE A {n}
noun and adjective, before, place      | SHOWN A {n}
noun and adjective, after, place       | SHOWN A {n}
noun and two adjectives, opinion       | THE B A {n}
noun and two adjectives, colour        | THE {a.early} {a.joint}~{n} B {a.late} {n}
coordination                           | {a} 和=k {b}
owner and owned                        | {p} 的=g~{p}~{n} {n.many/n}
in                                     | 在=w || {o} 里~w~{o}
at                                     | 在=w || {o}
near                                   | 在~w || {o} 附近=w
behind                                 | 在~w || {o} 后面=w
in front of                            | 在~w || {o} 前面=w
company                                | 跟=w {o} 一起~w

# Relative clauses, before their noun.
who                                    | 的=r
which                                  | 的=r
relative clause about the subject      | {p} {s}~{p}
relative clause about a trait          | {b.trait} {s}~{b}
relative clause about the object       | {s} {g/c} 的=r~{g}
relative clause with place             | {s} {g.1/c} {w} {g.2/c} 的=r~{g}
noun and relative clause               | {r} THE {n}
noun and adjective and relative clause | {r} THE A {n}
noun with relative clause is           | {r} THE {n} {b}

# Predicates. What lasts has no place of its own: 她 爱 花园 里 的 那个 男孩.
acting with object                     | {g/o} {o}
acting with object, visited            | {g} {o}
acting with object, beside a pronoun   | {g} {o}
acting with object and place           | {g.1/o} {w} {g.2/o} {o}
    ?static {g/o} {w.2} 的~{o} {o}
acting with place                      | {g.1} {w} {g.2} {g.3}
acting with place, arriving            | {g.1} {g.2} {w} {g.3}
acting with company                    | {g.1} {w} {g.2} {g.3}
acting with purpose                    | {g.1} {g.2} {x} {g.3}
acting with destination                | {g.1} {g.2}~t {o} {g.3}
acting with destination and purpose    | {g.1} {g.2}~t {o} {x} {g.3}
acting with destination and company    | {g.1} {w} {g.2}~t {o} {g.3}
acting with addressee                  | {g.1} 跟=t {o} {g.2} {g.3}
acting with object and receiver        | {g.1} {g.2}~t {g.3} {i} {g.4} {o}
acting with receiver and object        | {g.1} {g.2} {g.3} {i} {g.4} {o}
infinitive with object                 | {g/o} {o}
infinitive with place                  | {g.1} {w} {g.2} {g.3}
infinitive with place, arriving        | {g.1} {g.2} {w} {g.3}
purpose                                | {g.purpose}
wanting                                | {g} {x}
can                                    | 能=m {x}
cannot                                 | 不能=m=k {x}
must                                   | 必须=m {x}
must not                               | 不可以=m=k {x}

# To be.
is                                     | {x.1}~b {x.2}
is not                                 | 不=k {x.1}~b {x.2}
was                                    | {x.1}~b {x.2}
was not                                | 不=k {x.1}~b {x.2}
will be                                | 会=f {x.1}~b {x.2}
will not be                            | 不会=k=f {x.1}~b {x.2}
quality                                | {v.copula} || {v.plain}
very                                   | 非常=y || {v.plain}
more                                   | 比=t || {o} 更~{v} {v.plain}
there is                               | {w.2} 有=b THE {n}

# Clauses.
clause with time                       | {s} {t} {p}
clause with verb and object            | {s} {g/o} {o}
clause with verb and place             | {s} {g.1} {w} {g.2} {g.3}
clause with verb and place, arriving   | {s} {g.1} {g.2} {w} {g.3}
report                                 | {s} {g}~k {x}

# Sentences.
statement                              | {x} 。=e
statement after its time               | {t} ，=k {s} {p} 。=e
and                                    | {a} ，~k {b} 。=e
but                                    | {a} ，~k 但是=k {b} 。=e
so                                     | {a} ，=l 所以=k {b} 。=e
because                                | 因为=k {b} ，~k 所以~k {a} 。=e
when                                   | 当=k {b.bare} 的~k 时候=k ，~k {a} 。=e
when first                             | 当=k {a.bare} 的~k 时候=k ，=l {b} 。=e
while                                  | 当=k {b} 的~k 时候=k ，~k {a} 。=e
if                                     | 如果=k {a} ，=l {b} 。=e

# Questions with 吗, unless they say why.
question                               | {x.asked} ？=e
why                                    | 为什么=w {x.1}
question whether it is                 | {s} {x.1}~b~q {x.2} || 吗~b~q
"""


def _questions() -> Iterator[tuple[str, str]]:
    asked = {
        "": "{g}~q",
        " with object": "{g/o}~q {o}",
        " with place": "{g.1} {w} {g.2} {g.3}",
        " with place, arriving": "{g.1} {g.2} {w} {g.3}",
        " with destination": "{g.1} {g.2}~q~t {o} {g.3}",
    }
    for tense, subject in (("present", "{s}"), ("past", "{s}"), ("future", "{s} 会=f~q")):
        for name, predicate in asked.items():
            yield f"question {tense}{name}", f"{subject} {predicate} || 吗~q"


def _written_out(template: str) -> str:
    return " ".join(NOTATION.get(piece, piece) for piece in template.split())


TEMPLATES = {
    **{name: template for variant, order in OBJECT_PRONOUN.items() for name, template in _verb_groups(variant, order)},
    **{name: _written_out(template) for name, template in read_templates(TABLE).items()},
    **dict(_questions()),
}
