"""A measure against its target, on one axis from 0% to 100%.

Drawn in HTML and not in Altair: a dozen of them stand on one page, their texts must keep their size at any width, and
a recording gap is hatched. Every colour but the tone is made of the text's own, so it holds on light and dark pages.
"""

from __future__ import annotations

from html import escape

from asreport.analysing.measure_summary import MeasureSummary
from asreport.words.sentences import percent
from ui.charts.common import TONES

STYLE = """<style>
[class*='st-key-measure-'] [data-testid='stMarkdownContainer']:has(h3) {
  display: flex; flex-wrap: wrap; align-items: baseline; gap: .2rem 0; }
[class*='st-key-measure-'] h3 { font-size: 1.1rem; padding: 0; }
[data-testid='stExpander'] summary { opacity: 1; }
.bullet { position: relative; height: 4.2rem; margin: .3rem .4rem 0; font-size: .8rem;
  font-variant-numeric: tabular-nums; }
.bullet > *, .bullet-key i { position: absolute; box-sizing: border-box; }
.bullet .track, .bullet .met, .bullet .pending, .bullet .gap { top: 1.35rem; height: 1.25rem; }
.bullet .track { left: 0; width: 100%; border-radius: 3px;
  background: color-mix(in srgb, currentColor 11%, transparent); }
.bullet .met, .bullet-key .met { background: var(--tone); }
.bullet .met { left: 0; border-radius: 3px 0 0 3px; }
.bullet .pending, .bullet-key .pending { background: color-mix(in srgb, var(--tone) 38%, transparent); }
.bullet .gap, .bullet-key .gap { border: 1.5px solid currentColor;
  background: repeating-linear-gradient(135deg, currentColor 0 1.5px, transparent 1.5px 5px); }
.bullet .target, .bullet-key .target { width: 3px; background: currentColor; }
.bullet .target { top: 1.1rem; height: 1.75rem; margin-left: -1.5px; }
.bullet .aim { top: 0; line-height: 1.1rem; font-weight: 650; white-space: nowrap; }
.bullet .rate, .bullet-key .rate { border: .42rem solid transparent; border-top-width: 0;
  border-bottom: .62rem solid currentColor; }
.bullet .rate { top: 2.62rem; margin-left: -.42rem; }
.bullet .tick { top: 2.6rem; width: 1px; height: .3rem; background: currentColor; opacity: .6; }
.bullet .scale { top: 3.15rem; line-height: 1rem; opacity: .85; }
.bullet-key { display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; font-size: .875rem; }
.bullet-key span { position: relative; padding-left: 2.1rem; }
.bullet-key i { left: 0; top: .2rem; width: 1.6rem; height: .9rem; border-radius: 2px; }
.bullet-key .rate { left: .4rem; top: .35rem; width: 0; height: 0; border-radius: 0; }
.bullet-key .target { left: .75rem; border-radius: 0; top: .05rem; height: 1.2rem; }
@media (forced-colors: active) {
  .bullet .track, .bullet .met, .bullet .pending { border: 1px solid; }
  .bullet > *, .bullet-key i { forced-color-adjust: none; }
}
</style>"""

KEY = (
    f"<div class='bullet-key' style='--tone:{TONES['good']}'><span><i class='met'></i>Met so far</span>"
    "<span><i class='pending'></i>Pending: can still be met</span>"
    "<span><i class='gap'></i>Possible, if records are put right</span>"
    "<span><i class='rate'></i>Rate</span><span><i class='target'></i>Target</span></div>"
)


def bullet(summary: MeasureSummary) -> str:
    """One measure as HTML: up to the floor solid, up to the ceiling pale, hatched what putting records right could add.

    `summary`: of a measure that has figures. What nearly counted is hatched over the pending part where the case is
    pending, and beyond the ceiling where it is missed.
    """
    floor, ceiling, most = summary.floor or 0, summary.ceiling or 0, summary.ceiling_if_put_right or 0
    near = floor + 100 * summary.fixable_pending / (summary.counts["in_scope"] or 1)
    parts = [
        "<div class='track'></div>",
        _bar("met", 0, floor),
        _bar("pending", floor, ceiling),
        _bar("gap", floor, min(near, ceiling)),
        _bar("gap", ceiling, most),
    ]
    for value in (0, 25, 50, 75, 100):
        parts.append(f"<div class='tick' style='left:{value}%'></div>" + _text("scale", value, f"{value}%"))
    if (target := summary.target) is not None:
        parts.append(f"<div class='target' style='left:{target}%'></div>" + _text("aim", target, f"Target {target}%"))
    if summary.rate is not None:
        parts.append(f"<div class='rate' style='left:{summary.rate}%'></div>")
    tone = TONES[summary.outcome_words.tone]
    return (
        f"<div class='bullet' role='img' aria-label='{escape(bullet_in_words(summary))}' style='--tone:{tone}'>"
        + "".join(parts)
        + "</div>"
    )


def _bar(kind: str, start: float, end: float) -> str:
    return f"<div class='{kind}' style='left:{start:.2f}%;width:{end - start:.2f}%'></div>" if end > start else ""


def _text(kind: str, at: float, text: str) -> str:
    """A text centred where it belongs, yet never over the ends of the axis."""
    shift = 0 if at < 8 else 100 if at > 92 else 50
    return f"<div class='{kind}' style='left:{at}%;transform:translateX(-{shift}%)'>{text}</div>"


def bullet_in_words(summary: MeasureSummary) -> str:
    """The same as a sentence, for those who cannot see the chart."""
    target = "no target" if summary.target is None else f"target {summary.target_in_words}"
    possible = ""
    if summary.fixable:
        possible = f"; possible if records are put right: at most {percent(summary.ceiling_if_put_right)}"
    return (
        f"{summary.name}: rate {summary.rate_in_words}, {target}, "
        f"floor {percent(summary.floor)}, ceiling {percent(summary.ceiling)}{possible}"
    )
