/** Numbers of tokens as shades under their text, wrapped to a width. */
import stringWidth from 'string-width'
import type { Output } from './output.ts'

export interface HeatToken {
  readonly text: string
  /** Groups are set apart and named, such as prompt and answer. */
  readonly group: string
}

export interface HeatRow {
  readonly name: string
  /** One for each token. */
  readonly values: readonly number[]
}

export interface Heat {
  readonly tokens: readonly HeatToken[]
  readonly rows: readonly HeatRow[]
  /** Tokens that are underlined, by position; the scale is theirs, since first tokens often lie far out. */
  readonly marked: ReadonlySet<number>
  readonly markName: string
  /** Columns. */
  readonly width: number
}

const shades = { unicode: [...'▁▂▃▄▅▆▇█'], ascii: [...'01234567'] } as const

/** The least and the greatest value of a marked token, of all rows together: the ends of the scale. */
export function scaleOf({ rows, marked }: Pick<Heat, 'rows' | 'marked'>): readonly [low: number, high: number] {
  const all = rows.flatMap(({ values }) => values.filter((_, position) => marked.has(position)))
  return all.length === 0 ? [0, 0] : [Math.min(...all), Math.max(...all)]
}

/** The shade of a value; those beyond the scale have its ends. */
export function shadeOf(value: number, [low, high]: readonly [number, number], { unicode }: Pick<Output, 'unicode'>) {
  const levels = unicode ? shades.unicode : shades.ascii
  const part = high > low ? (value - low) / (high - low) : 0
  const level = Math.min(levels.length - 1, Math.max(0, Math.floor(part * levels.length)))
  return levels[level] ?? ''
}

/** For each stretch of tokens that fits: their text, a line of shades for each row, and a line under marked tokens. */
export function heatLines(heat: Heat, output: Pick<Output, 'unicode'>): string[] {
  const { tokens, rows, marked, markName, width } = heat
  const scale = scaleOf(heat)
  const names = [...tokens.map(({ group }) => group), ...rows.map(({ name }) => name), markName]
  const indent = Math.max(...names.map(name => name.length)) + 2
  const cells = tokens.map(({ text, group }, position) => ({ ...visible(text, output), group, position }))
  const line = (name: string, parts: readonly string[]) => `${name.padEnd(indent)}${parts.join('')}`.trimEnd()
  return stretches(cells, width - indent).flatMap(stretch => {
    // A space in front stays one, so that words can be told apart below as they are above.
    const under = (mark: (position: number) => string) =>
      stretch.map(({ gap, body, position }) => gap + mark(position).repeat(stringWidth(body)))
    return [
      line(
        stretch[0]?.group ?? '',
        stretch.map(({ gap, body }) => gap + body),
      ),
      ...rows.map(({ name, values }) =>
        line(
          name,
          under(position => shadeOf(values[position] ?? 0, scale, output)),
        ),
      ),
      line(
        markName,
        under(position => (marked.has(position) ? (output.unicode ? '─' : '-') : ' ')),
      ),
      '',
    ]
  })
}

interface Cell {
  readonly gap: string
  readonly body: string
  readonly group: string
  readonly position: number
}

/** A token's text on one line and never without width. */
function visible(text: string, { unicode }: Pick<Output, 'unicode'>): Pick<Cell, 'gap' | 'body'> {
  const [gap = '', rest = ''] = text.startsWith(' ') ? [' ', text.slice(1)] : ['', text]
  const shown = rest.replaceAll('\n', unicode ? '⏎' : '\\n').replaceAll(/[\p{Cc}\p{Cf}]/gu, '')
  return { gap, body: stringWidth(shown) > 0 ? shown : unicode ? '·' : '.' }
}

/** As many tokens as fit, of one group. */
function stretches(cells: readonly Cell[], room: number): Cell[][] {
  const found: Cell[][] = []
  let left = 0
  for (const cell of cells) {
    const own = stringWidth(cell.gap + cell.body)
    if (found.at(-1)?.[0]?.group !== cell.group || own > left) {
      found.push([])
      left = room
    }
    left -= own
    found.at(-1)?.push(cell)
  }
  return found
}
