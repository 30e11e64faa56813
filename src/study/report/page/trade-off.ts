/** Efficacy against the worst of the other axes, a mark for each condition. */
import type { ConditionResult } from '../../result.ts'
import { points } from '../format.ts'
import { type LabelPlace, narrow, placeLabels } from '../geometry/labels.ts'
import { position } from '../geometry/scale.ts'
import { frontLine, frontSentence, type TradeOffPoint, tradeOff } from '../geometry/trade-off.ts'
import { type Html, html } from '../html.ts'
import { type Look, states, verdicts } from '../words.ts'
import { pc, shape } from './mark.ts'
import { plainTable } from './table.ts'
import { labelLine } from './verdict.ts'

/** Pixels: the plot's top and bottom within an svg of 320 px. */
const top = 16
const bottom = 272

/** @param line the change, as a share, under which most suites count as broken; null where there is none */
export function tradeOffSection(
  conditions: readonly ConditionResult[],
  line: number | null,
  labels: readonly string[],
): Html {
  const found = tradeOff(conditions)
  return html`<section id="trade-off" aria-labelledby="trade-off-title"><h2 id="trade-off-title">Gain and worst cost</h2>
${
  found === null
    ? html`<p class="empty text">No condition has both an effect and something that could have been lost.</p>`
    : html`<p class="text">To the right: how much efficacy gained. Upwards: the change of the suite that lost most among general, control and robustness. Wanted is the upper right; a method that no reference comes near has something to offer. ${frontSentence(conditions)}</p>
${labelLine(labels)}
${plot(found, line)}
<details class="more"><summary>As a table</summary>${plainTable({
        title: 'Gain and worst cost as a table',
        heads: ['condition', 'efficacy', 'worst change', 'axis', 'front'],
        right: [false, true, true, false, false],
        rows: found.points.map(({ condition, gain, worst, axis, front }) => [
          condition.name,
          points(gain),
          points(worst),
          axis,
          front ? 'on it' : '',
        ]),
      })}</details>`
}</section>`
}

function plot({ points: marks, gains, losses }: NonNullable<ReturnType<typeof tradeOff>>, line: number | null): Html {
  const y = (share: number) => Number((bottom - share * (bottom - top)).toFixed(1))
  const atLine = line === null ? null : position(losses, line)
  const places = placeLabels(
    marks.map(mark => ({ x: mark.x, y: y(mark.y), text: mark.condition.name })),
    { width: narrow, top, bottom },
  )
  const text = marks
    .map(
      ({ condition, gain, worst, axis }) =>
        `${condition.name} gains ${points(gain)} and costs ${points(worst)} of ${axis}`,
    )
    .join('; ')
  return html`<figure class="trade-off"><div class="plot" role="img" aria-label="${text}">
<svg aria-hidden="true">${losses.ticks.map(tick => html`<text x="40" y="${y(position(losses, tick)) + 4}" text-anchor="end">${points(tick)}</text>`)}</svg>
<svg aria-hidden="true">
${losses.ticks.map(tick => html`<line class="${tick === 0 ? 'zero' : 'grid'}" x1="0" x2="100%" y1="${y(position(losses, tick))}" y2="${y(position(losses, tick))}"/>`)}
${gains.ticks.map(tick => html`<line class="${tick === 0 ? 'zero' : 'grid'}" x1="${pc(position(gains, tick))}" x2="${pc(position(gains, tick))}" y1="${top}" y2="${bottom}"/><text x="${pc(position(gains, tick))}" y="${bottom + 18}" text-anchor="${position(gains, tick) > 0.95 ? 'end' : 'middle'}">${points(tick)}</text>`)}
${atLine !== null && atLine >= 0 && atLine <= 1 && html`<line class="the-line" x1="0" x2="100%" y1="${y(atLine)}" y2="${y(atLine)}"/><text class="line-label" x="100%" dx="-4" y="${y(atLine) + 16}" text-anchor="end">line ${points(line ?? 0)}</text>`}
<text x="50%" y="${bottom + 38}" text-anchor="middle">efficacy, change in points</text>
${frontLine(marks).map((from, i, all) => step(from, all[i + 1], y))}
${marks.map((mark, i) => markOf(mark, y(mark.y), places[i]!))}
</svg></div></figure>`
}

type Corner = readonly [number, number]

function step([x, at]: Corner, to: Corner | undefined, y: (share: number) => number): Html | false {
  return to !== undefined && html`<line class="front" x1="${pc(x)}" x2="${pc(to[0])}" y1="${y(at)}" y2="${y(to[1])}"/>`
}

function markOf({ condition, x }: TradeOffPoint, y: number, { side, y: labelY }: LabelPlace): Html {
  const look: Look = condition.role === 'method' ? verdicts[condition.verdict] : states['cannot-tell']
  const left = side === 'left'
  return html`<svg class="t-${look.tone}" x="${pc(x)}" y="${y}" overflow="visible">${condition.role === 'method' ? shape(look.shape) : html`<path class="c-reference" d="M-4-4l8 8M4-4l-8 8"/>`}</svg>${Math.abs(labelY - y) > 16 && html`<line class="leader" x1="${pc(x)}" y1="${y}" x2="${pc(x)}" y2="${labelY}"/>`}<text class="halo${condition.role === 'method' ? ' c-name' : ''}" x="${pc(x)}" y="${labelY + 4}" dx="${left ? -9 : 9}" text-anchor="${left ? 'end' : 'start'}">${condition.name}</text>`
}
