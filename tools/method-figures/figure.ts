/** A method's four axes over its strength, as a picture that stands by itself. */

import { tokens } from '../../src/study/report/page/colours.ts'
import { axes } from '../../src/study/report/words.ts'
import type { ExploredPoint, Selection } from '../../src/study/result.ts'

/** Pixels. */
const chart = { width: 200, height: 150, left: 34, right: 10, top: 30, bottom: 34 }

const colour = (name: keyof typeof tokens, scheme: 'light' | 'dark') => tokens[name][scheme]
const styleOf = (scheme: 'light' | 'dark') =>
  `svg{background:${colour('paper', scheme)}}text{fill:${colour('ink', scheme)}}.small{fill:${colour('muted', scheme)}}` +
  `.grid{stroke:${colour('rule', scheme)}}.line,.whisker{stroke:${colour('holds', scheme)}}.dot{fill:${colour('paper', scheme)};stroke:${colour('holds', scheme)}}` +
  `.chosen{stroke:${colour('undecided', scheme)}}`
const style = `text{font:12px system-ui,sans-serif}.small{font-size:10px}.line{stroke-width:1.5}.chosen{stroke-dasharray:2 3}.dot{stroke-width:1.5}${styleOf('light')}@media(prefers-color-scheme:dark){${styleOf('dark')}}`

/** @returns an SVG document */
export function figure(method: string, { explored = [] }: Pick<Selection, 'explored'>): string {
  const width = axes.length * chart.width
  const said = explored.map(({ strength, axes: found }) => {
    const rates = axes.map(axis => `${axis} ${percent(found[axis].rate)}`).join(', ')
    return `strength ${strength}: ${rates}`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${chart.height}" viewBox="0 0 ${width} ${chart.height}" role="img">`,
    `<title>${method}: ${said.join('; ')}</title>`,
    `<style>${style}</style>`,
    ...axes.map((axis, i) => `<g transform="translate(${i * chart.width},0)">${curve(axis, explored)}</g>`),
    '</svg>\n',
  ].join('\n')
}

function curve(axis: (typeof axes)[number], explored: readonly ExploredPoint[]): string {
  const most = Math.max(...explored.map(({ strength }) => strength), 1e-9)
  const [inner, tall] = [chart.width - chart.left - chart.right, chart.height - chart.top - chart.bottom]
  const x = (strength: number) => round(chart.left + (strength / most) * inner)
  const y = (share: number) => round(chart.top + (1 - share) * tall)
  const points = explored.flatMap(({ strength, axes: { [axis]: found } }) =>
    found.rate === null || found.ci === null ? [] : [{ x: x(strength), y: y(found.rate), ci: found.ci.map(y) }],
  )
  const chosen = explored.find(point => point.chosen)
  return [
    `<text x="${chart.left}" y="16">${axis}</text>`,
    ...[0, 0.5, 1].map(
      share =>
        `<line class="grid" x1="${chart.left}" x2="${chart.width - chart.right}" y1="${y(share)}" y2="${y(share)}"/><text class="small" x="${chart.left - 4}" y="${y(share) + 3}" text-anchor="end">${Math.round(100 * share)}</text>`,
    ),
    ...explored.map(
      ({ strength }) =>
        `<text class="small" x="${x(strength)}" y="${chart.height - 18}" text-anchor="middle">${strength}</text>`,
    ),
    `<text class="small" x="${chart.left + inner / 2}" y="${chart.height - 4}" text-anchor="middle">strength</text>`,
    chosen === undefined
      ? ''
      : `<line class="chosen" x1="${x(chosen.strength)}" x2="${x(chosen.strength)}" y1="${chart.top - 6}" y2="${y(0)}"/>`,
    ...points
      .slice(1)
      .map((to, i) => `<line class="line" x1="${points[i]?.x}" y1="${points[i]?.y}" x2="${to.x}" y2="${to.y}"/>`),
    ...points.map(
      ({ x: at, y: rate, ci: [low, high] }) =>
        `<line class="whisker" x1="${at}" x2="${at}" y1="${low}" y2="${high}"/><circle class="dot" cx="${at}" cy="${rate}" r="3"/>`,
    ),
  ].join('')
}

function round(value: number): number {
  return Number(value.toFixed(1))
}

function percent(rate: number | null): string {
  return rate === null ? 'not told' : `${Math.round(100 * rate)} %`
}
