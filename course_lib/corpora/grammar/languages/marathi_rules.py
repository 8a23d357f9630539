"""How Marathi writes the constructions of the grammar: English, then Marathi. Chapter 1.

The notation is explained in rules.py. Marathi has its verb at the end and its cases on nouns, so
that it seldom keeps the order of the others and has a table of its own, by what English writes (the
pronoun {c} left out); the first column names the construction where English writes two alike.

The case of the subject hangs on the verb. So a verb group has two parts, its subject and its verb,
and a clause is what its predicate writes. A predicate has three parts, its subject, what a relative
pronoun in the place of that comes after, and the verb: बागेत जो झोपतो. ``{o.CASE}`` is the object in the
case that the verb demands; with a direct object the verb may agree, ``{g.2/o}``, with another one it never does.
The indented lines of a row are its other templates, by what the verb is.
"""

import re
from functools import lru_cache

from course_lib.corpora.grammar.languages.marathi_words import OBJECT_CASES

TABLE = """
- | {d/n} {n}                    | {d/n} {d.silent/n} {n}
- | {d/n} {a/n} {n}              | {d/n} {a/n} {d.silent/n} {n}
- | {d/n} {a/n} {b/n} {n}        | {d/n} {a/n} {b/n} {d.silent/n} {n}
- | {d/n} {b/n} {a/n} {n}        | {d/n} {b/n} {a/n} {d.silent/n} {n}
- | {a} and=k {b}                | {a} आणि=k {b}
- | {p} 's=g {n}                 | {p.genitive/n}=g {n}
- | in=w {o}                     | {o.locative}=w ||
- | at=w {o}                     | {o.locative}=w ||
- | near=w {o}                   | {o.जवळ}=w ||
- | behind=w {o}                 | {o.मागे}=w ||
- | in~w front=w of~w {o}        | {o.समोर}=w ||
- | with=w {o}                   | {o.सोबत}=w

# Relative clauses: बागेत जो आहे तो मुलगा, "who is in the garden, that boy".
relative  | {s} {p}              | {p.2} {p.1} {p.3}
trait     | {s} {b}              | {b.2} {b.1} {b.3}
who       | who=r                | JO/n=r
which     | that=r               | JO/n=r
gap       |                      | JO/n
described |                      | {r.direct} {d.relative/n} {n}
- | {d/n} {n} {r}                | {r.direct} {d.relative/n} {n}
- | {d/n} {a/n} {n} {r}          | {r.direct} {d.relative/n} {a/n} {n}
- | {d/n} {n} {r} {b}            | {b}
- | that=r {s} {g}               | {g.1} {c.CASE}=r {g.2/c}
- | that=r {s} {g} {w}           | {g.1} {w} {c.CASE}=r {g.2/c}

# Verb groups: तो उघडतो, त्याने उघडले, तिला सापडले, तिच्याकडे आहे, तिला उघडायचे आहे.
group present    | {v.present/s} | {s} || {v.present/s}
    ?dative    {s.ला} || {v.present}
    ?having    {s.कडे} || {v.present}
    ?wish      {s.ला} || {x.wish}={v}
asked present    | {v.base}      | {s} || {v.present/s}
    ?dative    {s.ला} || {v.present}
    ?having    {s.कडे} || {v.present}
negated present  | DO/s~{v} not=k {v.base} | {s} || {v.imperfective} NAHI/s=k
    ?dative    {s.ला} || {v.imperfective} NAHI=k
    ?having    {s.कडे} || NASNE=k={v}
    ?wish      {s.ला} || {x.wish_negated}=k={v}
group past       | {v.past}      | {s.ने} || {v.past}
    ?subject   {s} || {v.past/s}
    ?imperfect {s} || {v.imperfective} HOTA/s~{v}
    ?dative    {s.ला} || {v.past}
    ?having    {s.कडे} || {v.past}
    ?wish      {s.ला} || {x.wish_past}={v}
asked past       | {v.base}      | {s.ने} || {v.past}
    ?subject   {s} || {v.past/s}
    ?imperfect {s} || {v.imperfective} HOTA/s~{v}
    ?dative    {s.ला} || {v.past}
    ?having    {s.कडे} || {v.past}
negated past     | did~{v} not=k {v.base} | {s.ने} || {v.past} NAHI=k
    ?subject   {s} || {v.past_negated/s} NAHIT/s=k
    ?imperfect {s} || {v.imperfective} NAVHATA/s=k
    ?dative    {s.ला} || {v.past} NAHI=k
    ?having    {s.कडे} || NAVHATA=k={v}
group future     | will=f {v.base} | {s} || {v.future/s}=f
    ?dative    {s.ला} || {v.future}=f
    ?having    {s.कडे} || {v.future}=f
asked future     | {v.base}      | {s} || {v.future/s}
    ?dative    {s.ला} || {v.future}
    ?having    {s.कडे} || {v.future}
negated future   | will=f not=k {v.base} | {s} || {v.prospective}=f NAHI/s=k
    ?dative    {s.ला} || {v.prospective}=f NAHI=k
    ?having    {s.कडे} || {v.prospective}=f NAHI=k
- | BE/s=p~{v} {v.progressive}   | {s} || {v.imperfective} AHE/s=p~{v}
- | BE/s~{v} not=k {v.progressive} | {s} || {v.imperfective} NAHI/s=k
habit            | {h} {v.present/s} | {s} || {h} {v.present/s}
never            | never=k {v.present/s} | {s} || कधीही=k {v.imperfective} NAHI/s=k
infinitive       | {v.base}      | {v.infinitive}

# Predicates.
acting | {g}                     | {g.1} || {c.CASE} || {g.2/c} ?them {g.1} || {c.ला} || {g.2}
acting | {g} {o}                 | {g.1} || {c.ला} {o.CASE} || {g.2/o}
acting | {g} {o} {w}             | {g.1} || {w} {o.CASE} || {g.2/o}
acting | {g} {w}                 | {g.1} || {w} || {g.2}
acting | {g} {x}                 | {g.1} || {x} || {g.2}
acting | {g} to=t {o}            | {g.1} || {o.locative}=t || {g.2} ?शी {g.1} || {o.शी}=t || {g.2}
acting | {g} to=t {o} {x}        | {g.1} || {x} {o.locative}=t || {g.2}
acting | {g} to=t {o} {w}        | {g.1} || {w} {o.locative}=t || {g.2}
acting | {g} {o} to=t {i}        | {g.1} || {i.ला}=t {o} || {g.2/o}
acting | {g} {i} {o}             | {g.1} || {i.ला} {o} || {g.2/o}
infinitive | {g}                 | {c.CASE} {g/c}
infinitive | {g} {o}             | {o.CASE} {g/o}
infinitive | {g} {w}             | {w} {g}
- | to=t {g}                     | {g.purpose}=t
- | {g} to~{x} {x}               | {g.1} || {x.purpose} || {g.2} ?wish {g.1} || || {g.2}
- | can=m {x}                    | {s} || || {x.able} SHAKNE/s=m
- | cannot=m=k {x}               | {s} || || {x.able} शकत=m NAHI/s=k
- | must=m {x}                   | {s.ने} || || {x.must}=m
- | must=m not=k {x}             | {s.ने} || || {x.must_not} कामा=m नये=k

# To be.
- | BE/s=b {x}                   | {s} || {x.1} || {x.2} AHE/s=b
- | BE/s=b not=k {x}             | {s} || {x.1} || {x.2} NASNE/s=b=k
- | WAS/s=b {x}                  | {s} || {x.1} || {x.2} HOTA/s=b
- | WAS/s=b not=k {x}            | {s} || {x.1} || {x.2} NAVHATA/s=b=k
- | will=f be=b {x}              | {s} || {x.1} || {x.2} ASEL/s=b=f
- | will=f not=k be=b {x}        | {s} || {x.1} || {x.2} असणार=b=f NAHI/s=k
- | {v/s}                        | || {v/s}
- | very=y {v/s}                 | || खूप=y {v/s}
- | {v.comparative} than=t {o}   | {o.पेक्षा}=t || अधिक~{v} {v/s}
- | there~b BE/n=b {d/n} {n} {w} | {w} {d/n} {n} AHE/n=b

# Clauses.
- | {s} {p}                      | {p}
was | {s} {b}                  | {b.reported}
- | {s} {b}                      | {b}
- | {s} {p} {t}                  | {t} {p}
- | {s} {g}                      | {g.1} {c.CASE} {g.2/c}
long | {s} {g} {o}               | {o.CASE} {g.1} {g.2/o}
clause | {s} {g} {o}             | {g.1} {o.CASE} {g.2/o}
- | {s} {g} {w}                  | {g.1} {w} {g.2}
- | {s} {g} that=k {x}           | {g.1} {g.2} की=k {x.direct}

# Sentences.
- | {x} .=e                      | {x} .=e
- | {t} ,=k {s} {p} .=e          | {t}~k {p} .=e
- | {a} and=k {b} .=e            | {a} आणि=k {b} .=e
- | {a} but=k {b} .=e            | {a} ,~k पण=k {b} .=e
- | {a} ,=l so=k {b} .=e         | {a} ,=l म्हणून=k {b} .=e
- | {a} because=k {b} .=e        | {a} ,~k कारण=k {b} .=e
- | {a} when=k {b} .=e           | जेव्हा=k {b.usual} ,~k तेव्हा~k {a.usual} .=e
- | when=k {a} ,=l {b} .=e       | जेव्हा=k {a.usual} ,=l तेव्हा~k {b.usual} .=e
- | {a} while=k {b} .=e          | {a} ,~k तर=k {b} .=e
- | if=k {a} ,=l {b} .=e         | जर=k {a.if} ,=l तर~k {b} .=e

# Questions: the word का at the end, or "why" before the verb.
- | {x} ?=e                      | {x} ?=e
- | why=w {x}                    | {x.1} का=w {x.2}
- | DO/s~q {s} {g}               | {g.1} {c.CASE} || {g.2/c}~q || का~q
- | DO/s~q {s} {g} {o}           | {g.1} {o.CASE} || {g.2/o}~q || का~q
- | DO/s~q {s} {g} {w}           | {g.1} {w} || {g.2}~q || का~q
- | DO/s~q {s} {g} to=t {o}      | {g.1} {o.locative}=t || {g.2}~q || का~q
- | did~q {s} {g}                | {g.1} {c.CASE} || {g.2/c}~q || का~q
- | did~q {s} {g} {o}            | {g.1} {o.CASE} || {g.2/o}~q || का~q
- | did~q {s} {g} {w}            | {g.1} {w} || {g.2}~q || का~q
- | did~q {s} {g} to=t {o}       | {g.1} {o.locative}=t || {g.2}~q || का~q
- | will=f~q {s} {g}             | {g.1} {c.CASE} || {g.2/c}=f~q || का~q
- | will=f~q {s} {g} {o}         | {g.1} {o.CASE} || {g.2/o}=f~q || का~q
- | will=f~q {s} {g} {w}         | {g.1} {w} || {g.2}=f~q || का~q
- | will=f~q {s} {g} to=t {o}    | {g.1} {o.locative}=t || {g.2}=f~q || का~q
- | BE/s=b~q {s} {x}             | {s} {x} || AHE/s=b~q || का~q
"""


def in_marathi(category: str, english: str, french: str) -> str:
    """Return the Marathi template of a rule; what English and French write alike it may write so, too."""
    english = _plain(english)
    names = set(category.split())
    for construction, template in _table().get(english, ()):
        if construction == "-" or names.issuperset(construction.split()):
            return template
    if english == _plain(french):
        return english
    raise ValueError(f"{category}: marathi_rules.py says nothing of {english!r}.")


def _plain(english: str) -> str:
    return " ".join(english.replace("{c}", "").split())


@lru_cache(maxsize=1)
def _table() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for line in TABLE.replace("\n    ?", " ?").splitlines():
        if line and not line.startswith("#"):
            construction, english, marathi = (cell.strip() for cell in line.split(" | ", maxsplit=2))
            found.setdefault(english, []).append((construction, _in_each_case(marathi)))
    return found


def _in_each_case(template: str) -> str:
    """Write {o.CASE} out: direct, or else another case, with which the verb does not agree."""
    if "CASE" not in template:
        return template
    direct, *others = template.split(" ?")
    marked = re.sub(r"/[oc]\}", "}", direct)
    cases = (f"{case} {marked.replace('CASE', case)}" for case in OBJECT_CASES)
    return " ?".join([direct.replace(".CASE", ""), *cases, *others])
