"""How Marathi writes the constructions of the grammar. Chapter 1.

The notation is explained in rules.py. Marathi has its verb at the end and its cases on nouns, so
that it seldom keeps the order of the others. The case of the subject depends on the verb. So a verb
group has two parts, its subject and its verb, and a clause is what its predicate writes. A predicate
has three parts, its subject, what a relative pronoun in the place of that comes after, and the verb:
बागेत जो झोपतो. ``{o.CASE}`` is the object in the case that the verb demands; with a direct object the
verb may agree, ``{g.2/o}``, with another one it never does. The indented lines of a row are its other
templates, by what the verb is.
"""

import re

from course_lib.corpora.grammar.language import read_templates
from course_lib.corpora.grammar.languages.marathi_words import OBJECT_CASES

TABLE = """
noun                                   | {d/n} {d.silent/n} {n}
noun and adjective                     | {d/n} {a/n} {d.silent/n} {n}
noun and two adjectives, colour        | {d/n} {a/n} {b/n} {d.silent/n} {n}
noun and two adjectives, opinion       | {d/n} {b/n} {a/n} {d.silent/n} {n}
coordination                           | {a} आणि=k {b}
owner and owned                        | {p.genitive/n}=g {n}
in                                     | {o.locative}=w ||
at                                     | {o.locative}=w ||
near                                   | {o.जवळ}=w ||
behind                                 | {o.मागे}=w ||
in front of                            | {o.समोर}=w ||
company                                | {o.सोबत}=w

# Relative clauses: बागेत जो आहे तो मुलगा, "who is in the garden, that boy".
relative clause about the subject      | {p.2} {p.1} {p.3}
relative clause about a trait          | {b.2} {b.1} {b.3}
who                                    | JO/n=r
which                                  | JO/n=r
gap                                    | JO/n
described                              | {r.direct} {d.relative/n} {n}
noun and relative clause               | {r.direct} {d.relative/n} {n}
noun and adjective and relative clause | {r.direct} {d.relative/n} {a/n} {n}
noun with relative clause is           | {b}
relative clause about the object       | {g.1} {c.CASE}=r {g.2/c}
relative clause with place             | {g.1} {w} {c.CASE}=r {g.2/c}

# Verb groups: तो उघडतो, त्याने उघडले, तिला सापडले, तिच्याकडे आहे, तिला उघडायचे आहे.
group present                          | {s} || {v.present/s}
    ?dative    {s.ला} || {v.present}
    ?having    {s.कडे} || {v.present}
    ?wish      {s.ला} || {x.wish}={v}
asked present                          | {s} || {v.present/s}
    ?dative    {s.ला} || {v.present}
    ?having    {s.कडे} || {v.present}
negated present                        | {s} || {v.imperfective} NAHI/s=k
    ?dative    {s.ला} || {v.imperfective} NAHI=k
    ?having    {s.कडे} || NASNE=k={v}
    ?wish      {s.ला} || {x.wish_negated}=k={v}
group past                             | {s.ने} || {v.past}
    ?subject   {s} || {v.past/s}
    ?imperfect {s} || {v.imperfective} HOTA/s~{v}
    ?dative    {s.ला} || {v.past}
    ?having    {s.कडे} || {v.past}
    ?wish      {s.ला} || {x.wish_past}={v}
asked past                             | {s.ने} || {v.past}
    ?subject   {s} || {v.past/s}
    ?imperfect {s} || {v.imperfective} HOTA/s~{v}
    ?dative    {s.ला} || {v.past}
    ?having    {s.कडे} || {v.past}
negated past                           | {s.ने} || {v.past} NAHI=k
    ?subject   {s} || {v.past_negated/s} NAHIT/s=k
    ?imperfect {s} || {v.imperfective} NAVHATA/s=k
    ?dative    {s.ला} || {v.past} NAHI=k
    ?having    {s.कडे} || NAVHATA=k={v}
group future                           | {s} || {v.future/s}=f
    ?dative    {s.ला} || {v.future}=f
    ?having    {s.कडे} || {v.future}=f
asked future                           | {s} || {v.future/s}
    ?dative    {s.ला} || {v.future}
    ?having    {s.कडे} || {v.future}
negated future                         | {s} || {v.prospective}=f NAHI/s=k
    ?dative    {s.ला} || {v.prospective}=f NAHI=k
    ?having    {s.कडे} || {v.prospective}=f NAHI=k
group progressive                      | {s} || {v.imperfective} AHE/s=p~{v}
negated progressive                    | {s} || {v.imperfective} NAHI/s=k
habit                                  | {s} || {h} {v.present/s}
never                                  | {s} || कधीही=k {v.imperfective} NAHI/s=k
infinitive                             | {v.infinitive}

# Predicates.
acting                                 | {g.1} || {c.CASE} || {g.2/c} ?them {g.1} || {c.ला} || {g.2}
acting with object                     | {g.1} || {c.ला} {o.CASE} || {g.2/o}
acting with object and place           | {g.1} || {w} {o.CASE} || {g.2/o}
acting with place                      | {g.1} || {w} || {g.2}
acting with company                    | {g.1} || {w} || {g.2}
acting with purpose                    | {g.1} || {x} || {g.2}
acting with destination                | {g.1} || {o.locative}=t || {g.2}
acting with addressee                  | {g.1} || {o.शी}=t || {g.2}
acting with destination and purpose    | {g.1} || {x} {o.locative}=t || {g.2}
acting with destination and company    | {g.1} || {w} {o.locative}=t || {g.2}
acting with object and receiver        | {g.1} || {i.ला}=t {o} || {g.2/o}
acting with receiver and object        | {g.1} || {i.ला} {o} || {g.2/o}
infinitive phrase                      | {c.CASE} {g/c}
infinitive with object                 | {o.CASE} {g/o}
infinitive with place                  | {w} {g}
purpose                                | {g.purpose}=t
wanting                                | {g.1} || {x.purpose} || {g.2} ?wish {g.1} || || {g.2}
can                                    | {s} || || {x.able} SHAKNE/s=m
cannot                                 | {s} || || {x.able} शकत=m NAHI/s=k
must                                   | {s.ने} || || {x.must}=m
must not                               | {s.ने} || || {x.must_not} कामा=m नये=k

# To be.
is                                     | {s} || {x.1} || {x.2} AHE/s=b
is not                                 | {s} || {x.1} || {x.2} NASNE/s=b=k
was                                    | {s} || {x.1} || {x.2} HOTA/s=b
was not                                | {s} || {x.1} || {x.2} NAVHATA/s=b=k
will be                                | {s} || {x.1} || {x.2} ASEL/s=b=f
will not be                            | {s} || {x.1} || {x.2} असणार=b=f NAHI/s=k
quality                                | || {v/s}
very                                   | || खूप=y {v/s}
more                                   | {o.पेक्षा}=t || अधिक~{v} {v/s}
there is                               | {w} {d/n} {n} AHE/n=b

# Clauses.
clause                                 | {p}
clause with being, reported            | {b.reported}
clause with being                      | {b}
clause with time                       | {t} {p}
clause with verb                       | {g.1} {c.CASE} {g.2/c}
clause with verb and object, long      | {o.CASE} {g.1} {g.2/o}
clause with verb and object            | {g.1} {o.CASE} {g.2/o}
clause with verb and place             | {g.1} {w} {g.2}
report                                 | {g.1} {g.2} की=k {x.direct}

# Sentences.
statement                              | {x} .=e
statement after its time               | {t}~k {p} .=e
and                                    | {a} आणि=k {b} .=e
but                                    | {a} ,~k पण=k {b} .=e
so                                     | {a} ,=l म्हणून=k {b} .=e
because                                | {a} ,~k कारण=k {b} .=e
when                                   | जेव्हा=k {b.usual} ,~k तेव्हा~k {a.usual} .=e
when first                             | जेव्हा=k {a.usual} ,=l तेव्हा~k {b.usual} .=e
while                                  | {a} ,~k तर=k {b} .=e
if                                     | जर=k {a.if} ,=l तर~k {b} .=e

# Questions: the word का at the end, or "why" before the verb.
question                               | {x} ?=e
why                                    | {x.1} का=w {x.2}
question present                       | {g.1} {c.CASE} || {g.2/c}~q || का~q
question present with object           | {g.1} {o.CASE} || {g.2/o}~q || का~q
question present with place            | {g.1} {w} || {g.2}~q || का~q
question present with destination      | {g.1} {o.locative}=t || {g.2}~q || का~q
question past                          | {g.1} {c.CASE} || {g.2/c}~q || का~q
question past with object              | {g.1} {o.CASE} || {g.2/o}~q || का~q
question past with place               | {g.1} {w} || {g.2}~q || का~q
question past with destination         | {g.1} {o.locative}=t || {g.2}~q || का~q
question future                        | {g.1} {c.CASE} || {g.2/c}=f~q || का~q
question future with object            | {g.1} {o.CASE} || {g.2/o}=f~q || का~q
question future with place             | {g.1} {w} || {g.2}=f~q || का~q
question future with destination       | {g.1} {o.locative}=t || {g.2}=f~q || का~q
question whether it is                 | {s} {x} || AHE/s=b~q || का~q
"""


def _in_each_case(template: str) -> str:
    """Write {o.CASE} out: direct, or else another case, with which the verb does not agree."""
    if "CASE" not in template:
        return template
    direct, *others = template.split(" ?")
    marked = re.sub(r"/[oc]\}", "}", direct)
    cases = (f"{case} {marked.replace('CASE', case)}" for case in OBJECT_CASES)
    return " ?".join([direct.replace(".CASE", ""), *cases, *others])


TEMPLATES = {name: _in_each_case(template) for name, template in read_templates(TABLE).items()}
