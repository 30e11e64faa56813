import type { ProseRow } from '../../data/index.ts'
import type { AxisName } from '../types.ts'
import type { Suite } from './types.ts'

/** Perplexity of running text: exp of the mean negative log-likelihood over all tokens of all texts but each first. */
export function perplexitySuite(name: string, axis: AxisName, rows: readonly ProseRow[]): Suite {
  return {
    name,
    axis,
    property: 'predicts plain text',
    phrases: { more: 'predicts plain text better', fewer: 'predicts plain text worse' },
    want: null,
    chance: null,
    grid: false,
    extra: false,
    harmful: false,
    items: rows.map(({ id, text }) => ({ kind: 'prose', sample: id, clusters: {}, text })),
  }
}
