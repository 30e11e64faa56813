/** A table about judges, and numbers as it writes them. */
import type { Table } from '../table.ts'

export interface JudgeTable extends Table {
  readonly sentences: readonly string[]
}

export function numbers([low, high]: readonly [number, number]): string {
  return `[${number(low)}, ${number(high)}]`
}

export function number(value: number | null): string {
  return value === null ? '–' : value.toFixed(2).replace('-', '−')
}
