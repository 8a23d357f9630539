"""The stylesheet of the frames, drawn from notation.py; a widget carries it once.

A colour is a CSS variable with a light and a dark value. Dark comes from the page that says so
(the book, JupyterLab, Colab, VS Code), else from the reader's system.
"""

from course_lib.notation import CONTEXT, INK, MUTED, PAPER, SCORE, SOURCE, TARGET, WEIGHT, Colour, Theme

LINE_COLOUR = Colour("#d0d7de", "#3d444d")

CSS_VARIABLES = {
    "source": SOURCE,
    "target": TARGET,
    "score": SCORE,
    "weight": WEIGHT,
    "context": CONTEXT,
    "ink": INK,
    "muted": MUTED,
    "paper": PAPER,
    "line": LINE_COLOUR,
}
DARK_PAGES = ("html[data-theme=dark]", "html[theme=dark]", "body[data-jp-theme-light=false]", "body.vscode-dark")
LIGHT_PAGES = ("html[data-theme=light]", "html[theme=light]", "body[data-jp-theme-light=true]", "body.vscode-light")

LAYOUT = """
.course-widget{background:var(--c-paper);color:var(--c-ink);border:1px solid var(--c-line);border-radius:8px;
padding:8px;--jp-widgets-color:var(--c-ink);--jp-widgets-label-color:var(--c-ink);max-width:100%;box-sizing:border-box}
.course-widget .widget-label{width:auto;min-width:4.2em;flex:0 0 auto;text-align:start;color:var(--c-ink)}
.course-widget .widget-readout{color:var(--c-ink);min-width:5em;width:auto}
.course-widget .widget-play{width:auto;margin-inline-end:8px}
.course-widget .widget-play button{width:38px;flex:none}
.course-widget button{background:transparent;color:var(--c-ink);border:1px solid var(--c-line)}
.course-widget .widget-html-content{line-height:1.4;width:100%;min-width:0}
.course-widget .widget-html,.course-widget .jupyter-widget-html{height:auto;overflow:visible;min-width:0;max-width:100%}
.course-frame{display:flex;flex-wrap:wrap;gap:6px 24px;font-size:14px;line-height:1.4;color:var(--c-ink);
white-space:normal;overflow-wrap:anywhere}
.course-frame p,.course-frame ol{margin:0;padding:0;list-style:none;font-size:inherit;line-height:inherit;color:inherit}
.course-frame .says{flex:1 1 100%}
@media (max-width:600px){.course-frame .says{min-height:2.8em}}
.course-frame .main{flex:3 1 300px;min-width:0}
.course-frame .main.tables{flex-basis:460px}
.course-frame .side{flex:1 1 240px;min-width:0}
.course-frame .k{font-size:12px;color:var(--c-muted);margin:10px 0 3px}
.course-frame .k b{font-weight:600}
.course-frame .words{display:flex;flex-wrap:wrap;gap:6px;font-variant-numeric:tabular-nums}
.course-frame .words>span,.course-frame .bar{display:flex;flex-direction:column;min-width:3.1em;font-size:12px;
text-align:center}
.course-frame .src bdi,.course-frame .bar::before{font-size:14px;padding:1px 5px 7px;border-radius:4px 4px 0 0;
color:var(--c-ink);background:
linear-gradient(var(--c-weight),var(--c-weight)) 0 100%/calc(var(--a,0)*100%) 5px no-repeat,
linear-gradient(var(--c-line),var(--c-line)) 0 100%/100% 5px no-repeat,
color-mix(in srgb,var(--c-weight) calc(var(--a,0)*36%),transparent)}
.course-frame .bar::before{content:"";padding:0 0 5px}
.course-frame .out bdi{background:none}
.course-frame .src>span{direction:ltr;color:var(--c-score)}
.course-frame .look{display:grid;align-items:start;grid-template-columns:auto minmax(36px,1fr) auto;max-width:560px;
overflow-wrap:normal;white-space:nowrap;font-variant-numeric:tabular-nums}
.course-frame .look .src{display:table;direction:rtl;border-spacing:0}
.course-frame .look .src>span{display:table-row;font-size:12px;text-align:right}
.course-frame .look .src>span>*{display:table-cell;direction:ltr;height:24px;line-height:20px;vertical-align:middle;
padding:0 4px;font-style:normal}
.course-frame .look bdi{max-width:min(10em,25vw);overflow:hidden;text-overflow:ellipsis;box-sizing:border-box}
.course-frame .look .src>span>bdi{border-radius:0;padding:0 6px;background:
linear-gradient(var(--c-weight),var(--c-weight)) 100% 100%/calc(var(--a,0)*100%) 3px no-repeat,
color-mix(in srgb,var(--c-weight) calc(var(--a,0)*36%),transparent)}
.course-frame .look .tgt{display:flex;flex-direction:column;direction:ltr;align-items:flex-start}
.course-frame .look .tgt bdi{height:24px;line-height:20px;padding:0 6px}
.course-frame svg.lines{width:100%;max-width:none}
.course-frame .lines path{fill:none;stroke:var(--c-weight);vector-effect:non-scaling-stroke;opacity:.8}
.course-frame .src b,.course-frame .bar b{color:var(--c-weight)}
.course-frame .src u{text-decoration:none;color:var(--c-ink)}
.course-frame .tgt bdi{padding:1px 5px;border-radius:4px;border:1px solid transparent}
.course-frame .tgt .now{border:2px solid var(--c-target);color:var(--c-target);font-weight:700}
.course-frame .tgt .now~bdi{color:var(--c-muted);border:1px dashed var(--c-line);font-style:italic}
.course-frame li{display:grid;grid-template-columns:minmax(4em,7em) 1fr 3.2em minmax(0,6.5em);gap:6px;
align-items:center;margin:1px 0;padding:0}
.course-frame li i{height:9px;background:linear-gradient(var(--c-target),var(--c-target)) 0 0/calc(var(--a)*100%)
 100% no-repeat var(--c-line)}
.course-frame li span{font-variant-numeric:tabular-nums;text-align:right}
.course-frame li em{font-size:12px;font-style:normal}
.course-frame .deeds{counter-reset:row}
.course-frame .deeds li{display:block;counter-increment:row}
.course-frame .deeds li::before{content:"row " counter(row) ": ";color:var(--c-muted)}
.course-frame .taken bdi{font-weight:700;color:var(--c-target)}
.course-frame svg{max-width:100%;height:auto;display:block}
.course-frame svg.b{width:100%;height:34px;fill:var(--c-target)}
.course-frame .of-c svg.b{fill:var(--c-context)}
.course-frame .of-v svg.b{fill:var(--c-source)}
.course-frame svg.picture{border-radius:4px}
.course-frame .veil{fill:var(--c-paper);opacity:.5}
.course-frame .row{fill:none;stroke:var(--c-target);stroke-width:2.5}
.course-frame .scroll{overflow-x:auto;max-width:100%}
.course-frame table{border-collapse:collapse;font-size:13px;margin:0;width:auto}
.course-frame td,.course-frame th{border:1px solid var(--c-line);padding:2px 6px;text-align:center;
white-space:nowrap;font-variant-numeric:tabular-nums;background:none;color:var(--c-ink);font-weight:400}
.course-frame th{color:var(--c-muted)}
.course-frame td.pad{color:var(--c-muted);background:repeating-linear-gradient(-45deg,transparent 0 4px,
var(--c-line) 4px 5px)}
.course-frame td.now{outline:2px solid var(--c-target);outline-offset:-2px;font-weight:700}
.course-frame .score{color:var(--c-score)}.course-frame .weight{color:var(--c-weight)}
.course-frame .context{color:var(--c-context)}.course-frame .source{color:var(--c-source)}
.course-frame .target{color:var(--c-target)}
.course-hidden{position:absolute;width:0;height:0;overflow:hidden}
.course-static{display:none}
@media print{.course-static{display:block}.course-widget{display:none!important}}
"""

# What only some widgets need, for their ``shared``: an everyday slider stays light.
OF_WINDOWS = """
.course-frame .through .src{margin-left:16px}
.course-frame .in>i{box-shadow:-3px 0 0 var(--c-ink)}
.course-frame .at>i{position:relative}
.course-frame .at>i::before{content:"▸";position:absolute;left:-15px;top:calc(var(--p)*100%);
transform:translateY(-50%);color:var(--c-ink);font-size:14px;line-height:1}
"""
OF_TREES = """
.course-frame .alive{fill:none;stroke:var(--c-target);stroke-width:4}
.course-frame .hyp b{color:var(--c-target)}
.course-frame td.hyp{white-space:normal;text-align:start;min-width:9em}
.course-frame tr.pruned :is(td,th){color:var(--c-muted);border-style:dashed}
.course-frame tr.finished th{font-weight:700;color:var(--c-weight)}
"""
OF_GOLD_LINKS = """
.course-frame .legend{margin:10px 0 0;padding:0;list-style:none}
.course-frame .legend li{display:block;margin:4px 0}
"""
OF_STAGES = """
.course-frame.growing .says{min-height:calc(var(--wide)*1.4em)}
.course-frame.growing .main{flex-basis:100%}
.course-frame svg.course-figure{margin:0 auto;background:none}
@media (max-width:600px){.course-frame.growing .says{min-height:calc(var(--narrow)*1.4em)}}
"""
OF_SAMPLES = """
.course-frame .drawn li{display:block;margin:4px 0;border-inline-start:3px solid var(--c-line);padding-inline-start:8px}
"""
OF_HEADS = """
.course-frame .heads td{min-width:2.4em;color:var(--c-ink);
background:color-mix(in srgb,var(--c-weight) calc(var(--a,0)*36%),transparent)}
.course-frame .heads th[scope=row]{color:var(--c-ink);text-align:end}
"""
OF_LONG_LABELS = """
.course-widget .widget-readout{margin-inline-start:12px}
"""
OF_SWITCHES = """
.course-frame.switched .says{min-height:2lh}
.course-frame.switched th[scope=row]{text-align:start;color:var(--c-ink)}
.course-frame svg.losses{border-bottom:1px solid var(--c-line);border-inline-start:1px solid var(--c-line)}
.course-frame .losses path{fill:none;stroke:var(--c-ink);stroke-width:2}
.course-frame .losses .healthy{stroke:var(--c-muted);stroke-dasharray:4 3}
@media (max-width:600px){.course-frame.switched .says{min-height:4lh}}
"""
OF_PLANES = """
.course-frame svg.plane{border:1px solid var(--c-line);border-radius:4px}
.course-frame svg.plane>path{stroke:var(--c-target);stroke-width:3;fill:none}
.course-frame svg.plane>circle{fill:var(--c-target)}
.course-frame .four i{font-style:normal;color:var(--c-score)}
.course-frame .four td{padding:2px 4px}
"""
OF_MOVING_WINDOWS = """
.course-frame svg.moving{width:100%;max-width:460px}
.course-frame svg.moving rect{fill:color-mix(in srgb,var(--c-weight) 12%,transparent)}
.course-frame .moving .after{fill:var(--c-weight)}
.course-frame .moving .before{fill:none;stroke:var(--c-ink);stroke-dasharray:3 3}
.course-frame .moving .bell{fill:none;stroke:var(--c-muted);stroke-width:2}
.course-frame .moving .at{fill:var(--c-weight)}
.course-frame .moving .unseen :is(td,th){color:var(--c-muted);font-style:italic}
.course-frame:has(.moving) .says{min-height:2lh}
.course-frame:has(svg.moving) .side{flex-basis:316px}
@media (max-width:600px){.course-frame:has(.moving) .says{min-height:4lh}}
"""
OF_GUESSES = """
.course-guesses .widget-html{width:100%}
.course-frame.guessed,.course-frame.found{display:grid;grid-template-columns:minmax(4em,8em) 1fr 3.6em;gap:8px;
align-items:center;font-variant-numeric:tabular-nums}
.course-frame.guessed{margin-top:10px}
.course-frame:is(.guessed,.found)>b{text-align:end;font-weight:400}
.course-frame.found>:is(b,span){font-weight:700}
.course-frame:is(.guessed,.found)>i{position:relative;height:12px;border-bottom:1px solid var(--c-line)}
.course-frame:is(.guessed,.found)>i::before{content:"";position:absolute;inset:0 auto 0 0;width:calc(var(--a,0)*100%)}
.course-frame.guessed>i::before{background:repeating-linear-gradient(-45deg,var(--c-muted) 0 2px,transparent 2px 5px)}
.course-frame.found>i::before{background:var(--c-context)}
.course-frame.found u{position:absolute;top:2px;left:calc(var(--a)*100% - 4px);width:8px;height:8px;
box-sizing:border-box;border:2px solid var(--c-ink);border-radius:50%;background:var(--c-paper)}
"""
OF_COVERAGE = """
.course-frame .covered .src>span>i{width:64px;min-width:64px;padding:0 4px 3px;color:var(--c-ink);background:
linear-gradient(var(--c-ink),var(--c-ink)) 25% 100%/1px 9px no-repeat,
linear-gradient(var(--c-weight),var(--c-weight)) 0 100%/calc(min(var(--k,0),1)*25%) 6px no-repeat,
repeating-linear-gradient(-45deg,var(--c-weight) 0 2px,transparent 2px 5px) 0 100%/calc(var(--k,0)*25%) 6px no-repeat,
linear-gradient(var(--c-line),var(--c-line)) 0 100%/100% 6px no-repeat}
.course-frame .said{display:flex;flex-wrap:wrap;gap:2px 10px}
.course-frame:has(.covered) .says{min-height:3lh}
@media (max-width:600px){.course-frame:has(.covered) .says{min-height:5lh}}
"""
OF_FILMS = """
.course-frame .sentence{display:flex;flex-wrap:wrap;gap:2px 8px}
.course-frame .sentence>bdi{padding:0 3px;border-bottom:3px solid transparent;
background:color-mix(in srgb,var(--c-weight) calc(var(--a,0)*36%),transparent)}
.course-frame .sentence>.most{border-color:var(--c-weight);font-weight:700}
.course-frame .sentence>.partner{outline:2px solid var(--c-ink);outline-offset:-1px}
.course-frame .main.whole{flex-basis:100%}
"""
OF_REACH = """
.course-frame .reach{display:flex;flex-wrap:wrap;gap:6px 4px;font-variant-numeric:tabular-nums}
.course-frame .reach>span{display:flex;flex-direction:column;align-items:center;min-width:2.6em;font-size:12px}
.course-frame .reach i{width:24px;height:44px;border-bottom:1px solid var(--c-line);background:
linear-gradient(var(--c-source),var(--c-source)) 0 100%/100% calc(var(--a,0)*100%) no-repeat}
.course-frame .reach bdi{font-size:14px}
.course-frame .reach b{font-weight:400;color:var(--c-source)}
.course-frame svg.worth{width:100%;height:52px;fill:var(--c-context)}
.course-frame .worth rect{fill:none;stroke:var(--c-target);stroke-width:2;vector-effect:non-scaling-stroke}
"""
OF_QUESTIONS = """
.course-widget .course-widget{border:0;padding:0}
.course-ask{gap:6px}
.course-ask .widget-text{flex:1 1 220px;width:auto;min-width:0;max-width:640px}
.course-ask input{background:var(--c-paper);color:var(--c-ink);border:1px solid var(--c-muted)}
.course-ask button{width:auto;height:auto;padding:2px 12px;line-height:1.6}
.course-said .widget-html-content{font-size:14px}
.course-why{display:none}
html[data-content_root] .course-why{display:block}
html[data-content_root] .course-ask{display:none!important}
"""


def style(rules: str) -> str:
    """Return ``rules`` as a ``<style>`` element without line breaks."""
    return f"<style>{rules.replace(chr(10), '')}</style>"


def _values(theme: Theme) -> str:
    return "{" + "".join(f"--c-{name}:{colour.on(theme)};" for name, colour in CSS_VARIABLES.items()) + "}"


def _within(pages: tuple[str, ...]) -> str:
    return ",".join(f"{page} .course-widget" for page in pages)


def stylesheet() -> str:
    """Return the ``<style>`` element that every frame of the course is drawn with."""
    light, dark = _values("light"), _values("dark")
    rules = (
        f".course-widget{light}",
        f"@media (prefers-color-scheme:dark){{.course-widget{dark}}}",
        f"{_within(LIGHT_PAGES)}{light}",
        f"{_within(DARK_PAGES)}{dark}",
    )
    return style("".join(rules) + LAYOUT)
