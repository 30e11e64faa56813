import { PlimsollError } from '../../errors.ts'

/** One row of a template × prompt grid. `value` is what is averaged: a paired change (−1, 0, 1) or 0 and 1. */
export interface ClusteredValue {
  readonly value: number
  readonly template: string
  readonly prompt: string
}

export interface TwoWayMean {
  readonly mean: number
  /** max(V_template + V_prompt − V_cell, V_cell). */
  readonly variance: number
  readonly parts: Readonly<{ template: number; prompt: number; cell: number }>
  /** Smaller number of clusters − 1. */
  readonly df: number
  readonly n: number
  readonly templates: number
  readonly prompts: number
}

/**
 * Mean over a grid whose rows are clustered two ways, with its variance: max(V_t + V_p − V_tp, V_tp).
 * Cameron, Gelbach and Miller 2011, Journal of Business & Economic Statistics 29:238, for a regression on an intercept.
 *
 * Each V is Σ_g (Σ_{i∈g} (value_i − mean))² / n² · G/(G − 1), with its own number of clusters G. V_tp takes the cells
 * (template, prompt) as clusters; with one row a cell that is the row-level variance. The maximum keeps the variance
 * from falling below it, or below zero, when the two one-way parts happen to be small. Cells may be missing.
 *
 * @throws PlimsollError `invalid-input` with fewer than two templates or two prompts
 */
export function twoWayMean(rows: readonly ClusteredValue[]): TwoWayMean {
  const n = rows.length
  const mean = rows.reduce((sum, row) => sum + row.value, 0) / n
  const template = new Map<string, number>()
  const prompt = new Map<string, number>()
  const cell = new Map<string, Map<string, number>>()
  const add = (sums: Map<string, number>, key: string, value: number) => sums.set(key, (sums.get(key) ?? 0) + value)
  for (const row of rows) {
    const residual = row.value - mean
    add(template, row.template, residual)
    add(prompt, row.prompt, residual)
    const inTemplate = cell.get(row.template) ?? new Map<string, number>()
    cell.set(row.template, inTemplate)
    add(inTemplate, row.prompt, residual)
  }
  if (template.size < 2 || prompt.size < 2) {
    throw new PlimsollError('invalid-input', 'A grid needs two templates and two prompts at least', {
      found: `${template.size} templates × ${prompt.size} prompts`,
      expected: 'two or more of each',
      fix: 'Add templates or prompts, or treat the rows as independent with tangoInterval.',
    })
  }
  const part = (...groups: Map<string, number>[]) => {
    let [squares, size] = [0, 0]
    for (const sums of groups) {
      size += sums.size
      for (const sum of sums.values()) squares += sum * sum
    }
    return (squares / (n * n)) * (size / (size - 1))
  }
  const parts = { template: part(template), prompt: part(prompt), cell: part(...cell.values()) }
  return {
    mean,
    variance: Math.max(parts.template + parts.prompt - parts.cell, parts.cell),
    parts,
    df: Math.min(template.size, prompt.size) - 1,
    n,
    templates: template.size,
    prompts: prompt.size,
  }
}
