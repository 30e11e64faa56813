/** States before and after steering, in the plane of two components. */
import type { ActivationMap } from '../../map/index.ts'
import { percent } from '../format.ts'
import { narrow, placeLabels } from '../geometry/labels.ts'
import { type Html, html } from '../html.ts'
import { pc } from './mark.ts'
import { labelLine } from './verdict.ts'

/** Pixels: the plot's top and bottom within an svg of 360 px. */
const top = 12
const bottom = 320

type Point = readonly [x: number, y: number]

export function mapSection(map: ActivationMap | null | undefined, labels: readonly string[]): Html {
  return html`<section id="map" aria-labelledby="map-title"><h2 id="map-title">Where the states lie</h2>
${
  map === null || map === undefined
    ? html`<p class="empty text">This study has no method at one layer, or too few kinds of prompts.</p>`
    : html`<p class="text">Hidden states of each prompt’s last token behind layer ${map.layer}, in the plane in which the unsteered ones differ most (${percent(map.shares[0])} and ${percent(map.shares[1])} of their variance). Open: unsteered. Filled: under ${map.condition}. A line joins the means. Two axes of many are seen, so what lies together here may lie apart.</p>
${labelLine(labels)}
${plot(map)}`
}</section>`
}

function plot({ groups, condition }: ActivationMap): Html {
  const all = groups.flatMap(({ before, after }) => [...before, ...after])
  const range = (axis: 0 | 1): Point => {
    const values = all.map(point => point[axis])
    const [low, high] = [Math.min(...values), Math.max(...values)]
    const room = 0.06 * (high - low || 1)
    return [low - room, high + room]
  }
  const [xs, ys] = [range(0), range(1)]
  const share = (value: number) => (value - xs[0]) / (xs[1] - xs[0])
  const x = (value: number) => pc(share(value))
  const y = (value: number) => Number((bottom - ((value - ys[0]) / (ys[1] - ys[0])) * (bottom - top)).toFixed(1))
  const means = groups.map(({ name, before, after }) => ({ name, from: mean(before), to: mean(after) }))
  const text = means.map(({ name, from, to }) => `${name}: mean from ${told(from)} to ${told(to)}`).join('; ')
  const places = placeLabels(
    means.map(({ name, to }) => ({ x: share(to[0]), y: y(to[1]), text: name })),
    { width: narrow, top, bottom },
  )
  return html`<figure class="map"><div class="plot" role="img" aria-label="States under ${condition}. ${text}">
<svg aria-hidden="true"><rect class="frame" x="0" y="${top - 8}" width="100%" height="${bottom - top + 16}"/>
${groups.map((group, kind) => [
  group.before.map(point => mark(kind, x(point[0]), y(point[1]), 'before')),
  group.after.map(point => mark(kind, x(point[0]), y(point[1]), 'after')),
])}
${means.map(({ from, to }) => html`<line class="moved" x1="${x(from[0])}" y1="${y(from[1])}" x2="${x(to[0])}" y2="${y(to[1])}"/>`)}
${means.map(({ name, to }, i) => {
  const { side, y: at } = places[i]!
  const left = side === 'left'
  return html`<text class="c-name halo" x="${x(to[0])}" y="${at + 4}" dx="${left ? -10 : 10}" text-anchor="${left ? 'end' : 'start'}">${name}</text>`
})}
</svg></div>
<p class="key">${groups.map(({ name }, kind) => html`<span class="run"><svg class="sample-mark" width="16" height="16" viewBox="-8 -8 16 16" aria-hidden="true">${mark(kind, '0', 0, 'after')}</svg>${name}</span>`)}</p></figure>`
}

function mark(kind: number, x: string, y: number, when: 'before' | 'after'): Html {
  const shapes = [html`<circle r="3.5"/>`, html`<path d="M-3.5-3.5h7v7h-7z"/>`, html`<path d="M-4-3.5h8L0 4z"/>`]
  return html`<svg class="m-${when}" x="${x}" y="${y}" overflow="visible">${shapes[kind % shapes.length]}</svg>`
}

function mean(points: readonly (readonly number[])[]): Point {
  const sum = (axis: number) =>
    points.reduce((total, point) => total + (point[axis] ?? 0), 0) / Math.max(1, points.length)
  return [sum(0), sum(1)]
}

function told([x, y]: Point): string {
  return `(${x.toPrecision(2)}, ${y.toPrecision(2)})`
}
