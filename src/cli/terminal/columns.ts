import { prose } from './prose.ts'

/** Cells under each other. */
export function columns(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, i) => Math.max(...lines.map(line => line[i]?.length ?? 0)))
  return lines
    .map(line =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** A name and its sentence in each row; a long one goes on below itself. */
export function proseColumns(rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([name = '']) => name.length)) + 2
  return rows.map(([name = '', text = '']) => `${name.padEnd(width)}${prose(text, width)}`.trimEnd()).join('\n')
}
