/** Word problems, solved step by step in words and judged by the last number. */
import type { ProblemRow } from '../../data/index.ts'
import type { AxisName } from '../types.ts'
import type { Examples } from './continued.ts'
import type { ProblemItem, Suite } from './types.ts'

/** What ends an answer of lm-evaluation-harness's `gsm8k`. */
const stop = ['Question:', '</s>', '<|im_end|>']

/**
 * With examples: text that the model goes on with, in the words of lm-evaluation-harness's `gsm8k`, the solutions being
 * the chain of thought that is shown. Without (`null`): asked as in a chat.
 */
export function problemsSuite(
  name: string,
  axis: AxisName,
  rows: readonly ProblemRow[],
  { examples, maxTokens }: { readonly examples: Examples<ProblemRow> | null; readonly maxTokens: number },
): Suite {
  const items = rows.map((row): ProblemItem => {
    const { id, category, question, answer } = row
    const shared = { kind: 'problem', sample: id, category, clusters: {}, question, answer, maxTokens } as const
    if (examples === null) return { ...shared, request: inChat(row), stop: [] }
    const shown = examples(row).map(example => `${asked(example)} ${example.solution}\n\n`)
    return { ...shared, request: [...shown, asked(row)].join(''), stop, raw: true }
  })
  return {
    name,
    axis,
    property: 'solves word problems',
    phrases: { more: 'solves {n} in 100 more word problems', fewer: 'solves {n} in 100 fewer word problems' },
    want: 'right',
    chance: null,
    grid: false,
    extra: false,
    harmful: false,
    items,
  }
}

function asked({ question }: ProblemRow): string {
  return `Question: ${question}\nAnswer:`
}

function inChat({ question }: ProblemRow): string {
  return `${question.trim()}\n\nWork it out step by step, and end with the answer as a number.`
}
