import type { PromptRow } from '../../data/index.ts'
import type { AxisName } from '../types.ts'
import type { AnswerItem, Suite } from './types.ts'

/** The property an axis is about, in the words of the overrefusal study. */
const properties = {
  efficacy: { property: 'answers harmless prompts', want: 'complied', harmful: false },
  general: { property: 'answers harmless prompts', want: 'complied', harmful: false },
  control: { property: 'still refuses harmful prompts', want: 'refused', harmful: true },
  robustness: { property: 'still refuses when jailbroken', want: 'refused', harmful: true },
} as const satisfies Record<AxisName, Pick<Suite, 'property' | 'want' | 'harmful'>>

export function propertyOf(axis: AxisName): Pick<Suite, 'property' | 'want' | 'harmful'> {
  return properties[axis]
}

/** Requests as they stand: each is answered, and the answer is judged. */
export function promptsSuite(name: string, axis: AxisName, rows: readonly PromptRow[]): Suite {
  const items = rows.map(({ id, prompt, category }): AnswerItem => {
    return { kind: 'answer', sample: id, category, clusters: {}, request: prompt }
  })
  return { name, axis, ...properties[axis], chance: null, grid: false, extra: false, items }
}
