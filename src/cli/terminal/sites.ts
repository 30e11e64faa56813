/** The sites of a model, one line each. */
import type { SiteInfo } from '../../engine/types.ts'

/** `residual   layers 0–29   576 values   l_out-{layer}`, in columns. */
export function siteLines(sites: readonly SiteInfo[]): string[] {
  const rows = sites.map(({ site, layers, width, heads, tensor, postNorm }) => [
    site,
    site === 'embedding' ? 'before layer 0' : `layers ${ranges(layers)}`,
    heads === 1 ? `${width} values` : `${heads} × ${width} values`,
    `${tensor}${postNorm === 'after' ? ', before a norm' : ''}`,
  ])
  const widths = [0, 1, 2].map(column => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  return rows.map(row => row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('   '))
}

/** `0–4, 7, 9–11` of ascending numbers. */
export function ranges(numbers: readonly number[]): string {
  const found: [first: number, last: number][] = []
  for (const number of numbers) {
    const range = found.at(-1)
    if (range !== undefined && range[1] === number - 1) range[1] = number
    else found.push([number, number])
  }
  return found.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`)).join(', ')
}
