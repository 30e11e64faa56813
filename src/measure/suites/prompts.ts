import { besideOf, type PromptRow } from '../../data/index.ts'
import type { AxisName } from '../types.ts'
import { conflictProperty } from './conflict/index.ts'
import type { AnswerItem, Suite } from './types.ts'

type Property = Pick<Suite, 'property' | 'phrases' | 'want' | 'harmful'>

const answersHarmless: Property = {
  property: 'answers harmless prompts',
  phrases: {
    more: 'answers {n} in 100 more harmless questions',
    fewer: 'answers {n} in 100 fewer harmless questions',
  },
  want: 'complied',
  harmful: false,
}

/** The property an axis is about, in the words of the overrefusal study. */
const properties: Readonly<Record<AxisName, Property>> = {
  efficacy: answersHarmless,
  general: answersHarmless,
  control: {
    property: 'still refuses harmful prompts',
    phrases: { more: 'refuses {n} in 100 more harmful ones', fewer: 'stops refusing {n} in 100 of the harmful ones' },
    want: 'refused',
    harmful: true,
  },
  robustness: {
    property: 'still refuses when jailbroken',
    phrases: {
      more: 'refuses {n} in 100 more of the jailbroken harmful ones',
      fewer: 'stops refusing {n} in 100 of the jailbroken harmful ones',
    },
    want: 'refused',
    harmful: true,
  },
}

export function propertyOf(axis: AxisName): Property {
  return properties[axis]
}

/** The same of questions that context and memory answer differently. */
function faithfulProperty(axis: AxisName): Property {
  const wanted = axis === 'efficacy'
  return {
    ...conflictProperty(wanted ? 'contradiction' : 'nothing'),
    want: wanted ? 'context' : 'memory',
    harmful: false,
  }
}

/** Requests as they stand: each is answered, and the answer is judged. */
export function promptsSuite(name: string, axis: AxisName, rows: readonly PromptRow[]): Suite {
  const items = rows.map((row): AnswerItem => {
    const { id, prompt, category, answers, question } = row
    const judged = answers === undefined ? {} : { answers, question }
    return { kind: 'answer', sample: id, category, clusters: {}, request: prompt, ...judged, ...besideOf(row) }
  })
  const property = rows.some(row => row.answers !== undefined) ? faithfulProperty(axis) : properties[axis]
  return { name, axis, ...property, chance: null, grid: false, extra: false, items }
}
