import type { Suite } from '../types.ts'

/** What stands before a question. */
export type Given = 'nothing' | 'contradiction' | 'golden' | 'distractors' | 'contradiction-among-distractors'

type Words = Pick<Suite, 'property' | 'phrases'>

const properties: Readonly<Record<Given, Words>> = {
  contradiction: {
    property: 'answers from the context',
    phrases: {
      more: 'answers {n} in 100 more questions from the context',
      fewer: 'answers {n} in 100 fewer questions from the context',
    },
  },
  nothing: {
    property: 'answers from memory without a context',
    phrases: {
      more: 'answers {n} in 100 more questions from memory where there is no context',
      fewer: 'loses {n} in 100 of the answers it knew without a context',
    },
  },
  distractors: {
    property: 'answers from memory beside unrelated passages',
    phrases: {
      more: 'answers {n} in 100 more questions from memory beside unrelated passages',
      fewer: 'loses {n} in 100 of the answers it knew beside unrelated passages',
    },
  },
  'contradiction-among-distractors': {
    property: 'answers from the right passage among others',
    phrases: {
      more: 'answers {n} in 100 more questions from the right passage among others',
      fewer: 'answers {n} in 100 fewer questions from the right passage among others',
    },
  },
  golden: {
    property: 'answers what both the context and memory say',
    phrases: {
      more: 'answers {n} in 100 more questions whose context agrees with memory',
      fewer: 'loses {n} in 100 of the answers that context and memory agree on',
    },
  },
}

export function conflictProperty(given: Given): Words {
  return properties[given]
}
