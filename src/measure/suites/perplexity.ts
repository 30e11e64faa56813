import type { PromptRow, ProseRow } from '../../data/index.ts'
import type { AxisName } from '../types.ts'
import type { Item, ProseItem, Suite } from './types.ts'

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

/**
 * Perplexity of what the unsteered model itself answers, given what it was asked. Its greedy answers are as likely as text
 * can be for it, so that any steering makes them less so: described beside the verdict, and no part of it.
 */
export function ownAnswersSuite(name: string, axis: AxisName, rows: readonly PromptRow[]): Suite {
  return {
    ...perplexitySuite(name, axis, []),
    property: 'finds its own answers likely',
    phrases: { more: 'finds its own unsteered answers likelier', fewer: 'finds its own unsteered answers less likely' },
    extra: true,
    items: rows.map(({ id, prompt }) => ({ kind: 'prose', sample: id, clusters: {}, text: '', answerTo: prompt })),
  }
}

export function isOwnAnswer(item: Item): item is ProseItem & { readonly answerTo: string } {
  return item.kind === 'prose' && item.answerTo !== undefined
}
