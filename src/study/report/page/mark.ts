/** Marks, badges and intervals as SVG. Coordinates are percentages and pixels, so text never scales with the picture. */

import type { SuiteState, Verdict } from '../../result.ts'
import { points } from '../format.ts'
import type { IntervalMark } from '../geometry/interval.ts'
import { position, type Scale } from '../geometry/scale.ts'
import { type Html, html } from '../html.ts'
import { type Look, type Shape, states, verdicts } from '../words.ts'

/** A mark of 9 px around the origin of its svg. */
export function shape(kind: Shape): Html {
  switch (kind) {
    case 'disc':
      return html`<circle class="mark" r="3.5"/>`
    case 'ring':
      return html`<circle class="mark ring" r="4"/>`
    case 'triangle':
      return html`<path class="mark" d="M-4.5-3.5h9L0 4.5z"/>`
    case 'bar':
      return html`<path class="mark" d="M-4.5-1h9v2h-9z"/>`
  }
}

export function glyph(look: Look): Html {
  return html`<svg class="glyph t-${look.tone}" width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">${shape(look.shape)}</svg>`
}

export function stateWord(state: SuiteState): Html {
  const look = states[state]
  return html`<span class="state t-${look.tone}">${glyph(look)}${look.word}</span>`
}

export function verdictBadge(verdict: Verdict): Html {
  const look = verdicts[verdict]
  return html`<span class="badge t-${look.tone}">${glyph(look)}${look.word}</span>`
}

/** What an interval is drawn for decides how: references are dashed. */
export type Stroke = 'solid' | 'dashed'

export interface Drawing {
  readonly stroke: Stroke
  /** Pixels from the top to the interval. */
  readonly y: number
  /** A line of its own (−margin, a share), to be named in this row. */
  readonly line?: number | null
  /** One sentence that says what is seen. */
  readonly label: string
}

/** Fills its parent, whose width is the scale's. */
export function intervalSvg(mark: IntervalMark, scale: Scale, { stroke, y, line, label }: Drawing): Html {
  const look = states[mark.state]
  const faint = mark.state === 'cannot-tell' ? ' faint' : ''
  return html`<svg role="img" aria-label="${label}">
${ground(mark.line, scale)}
${line != null && html`<text class="line-label" x="${pc(position(scale, line))}" dx="-4" y="${y + 20}" text-anchor="end">line ${points(line)}</text>`}
<g class="t-${look.tone}">
<line class="bar${faint}${stroke === 'dashed' && ' dashed'}" x1="${pc(mark.low)}" x2="${pc(mark.high)}" y1="${y}" y2="${y}"/>
${mark.leavesLow === null ? end(mark.low, y) : arrow('low', mark.leavesLow, y)}
${mark.leavesHigh === null ? end(mark.high, y) : arrow('high', mark.leavesHigh, y)}
${mark.mark !== null && html`<svg x="${pc(mark.mark)}" y="${y}">${shape(look.shape)}</svg>`}
</g></svg>`
}

/** Grid, the region beyond the line, the line and zero. */
export function ground(line: number | null, scale: Scale): Html {
  const zero = pc(position(scale, 0))
  return html`${line !== null && html`<rect class="beyond" x="-20" width="20" y="0" height="100%"/><rect class="beyond" x="0" width="${pc(line)}" y="0" height="100%"/>`}
${scale.ticks.filter(tick => tick !== 0).map(tick => html`<line class="grid" x1="${pc(position(scale, tick))}" x2="${pc(position(scale, tick))}" y1="0" y2="100%"/>`)}
<line class="zero" x1="${zero}" x2="${zero}" y1="0" y2="100%"/>
${line !== null && html`<line class="the-line" x1="${pc(line)}" x2="${pc(line)}" y1="0" y2="100%"/>`}`
}

/**
 * Tick labels, and where all margins agree, the name of the line above them.
 *
 * @param line −margin as a share; null where rows have different ones
 */
export function scaleSvg(scale: Scale, line: number | null): Html {
  const every = scale.ticks.length > 8 ? 2 : 1
  const zeroAt = scale.ticks.indexOf(0)
  const shown = scale.ticks.filter((_, i) => (i - zeroAt) % every === 0)
  return html`<svg aria-hidden="true">
${tickLabels(scale, shown, 32)}
${line !== null && html`<text class="line-label" x="${pc(position(scale, line))}" y="14" text-anchor="end">the line ${points(line)}</text>`}
</svg>`
}

/** Both ends and zero, for a picture too small for more. */
export function smallScaleSvg(scale: Scale): Html {
  return html`<svg aria-hidden="true">${tickLabels(scale, [scale.from, 0, scale.to], 14)}</svg>`
}

function tickLabels(scale: Scale, ticks: readonly number[], y: number): Html {
  return html`${ticks.map(tick => html`<text x="${pc(position(scale, tick))}" y="${y}" text-anchor="middle">${points(tick)}</text>`)}`
}

function end(at: number, y: number): Html {
  return html`<svg x="${pc(at)}" y="${y}"><line class="tick" y1="-4" y2="4"/></svg>`
}

/** An arrow at the plot's edge, and the value that lies beyond. */
function arrow(side: 'low' | 'high', value: number, y: number): Html {
  return side === 'low'
    ? html`<svg x="0" y="${y}"><path class="mark" stroke-width="1" d="M-6 0l6-4v8z"/><text class="leaves" x="-6" y="-7">${points(value)}</text></svg>`
    : html`<svg x="100%" y="${y}"><path class="mark" stroke-width="1" d="M6 0l-6-4v8z"/><text class="leaves" x="6" y="-7" text-anchor="end">${points(value)}</text></svg>`
}

/** A fraction as an SVG length. */
export function pc(fraction: number): string {
  return `${Number((fraction * 100).toFixed(3))}%`
}
