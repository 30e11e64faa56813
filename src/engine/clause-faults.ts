/** Clauses that contradict themselves, or select no token of a request. */
import { PlimsollError } from '../errors.ts'
import type { TokenLayout } from './token-layout.ts'
import type { Part, Where } from './where.ts'

export type Tokens = Where['tokens']
export type Clause = Omit<Tokens, 'beginning' | 'except'>

/** Parts that no generated token belongs to. */
export const inPrompts: readonly Part[] = ['system', 'user', 'template-suffix']

/** @throws PlimsollError `invalid-input` */
export function checkClause(clause: Clause): void {
  const { phase, part, is, window, first, last, ends } = clause
  const found = JSON.stringify(clause)
  if (phase === 'generated' && part !== undefined && inPrompts.includes(part)) {
    throw new PlimsollError('invalid-input', `No generated token is part of the ${part}.`, {
      found,
      expected: `phase prompt (or all) with part ${part}`,
      fix: 'Leave `part` out, or use phase prompt.',
    })
  }
  if (phase === 'generated' && (last !== undefined || ends !== undefined)) {
    throw new PlimsollError(
      'invalid-input',
      '`last` and `ends` have no meaning for generated tokens: each is the last when written.',
      {
        found,
        expected: '`last` or `ends` with phase prompt or all',
        fix: 'Leave it out to select every generated token, or use `first`.',
      },
    )
  }
  if (phase === 'generated' && is === 'beginning-of-sequence') {
    throw new PlimsollError('invalid-input', 'No generated token is the beginning of the sequence.', {
      found,
      expected: 'phase prompt or all',
      fix: 'Leave `phase` out.',
    })
  }
  const counts = [window, first, last, ends].some(value => value !== undefined)
  if (is === 'massive' && counts) {
    throw new PlimsollError('invalid-input', 'Which states are massive is not known before they are computed.', {
      found,
      expected: '`is: massive` without window, first, last and ends, which count tokens beforehand',
      fix: 'Leave these out.',
    })
  }
  if (window !== undefined && window.from >= window.to) {
    throw new PlimsollError('invalid-input', 'The window of a where-clause holds nothing.', {
      found,
      expected: 'a window whose `from` is below its `to`',
      fix: 'Give the first token and the one after the last, counted from 0.',
    })
  }
}

export function nothingSelected(tokens: Tokens, layout: TokenLayout): PlimsollError {
  const { part } = tokens
  const { promptTokens, startsWithBos, generates } = layout
  const parts = [...new Set(layout.parts.map(span => span.part))]
  const details = {
    found: `${JSON.stringify(tokens)} on a prompt of ${promptTokens} tokens${startsWithBos ? ', the first of them the beginning-of-sequence token' : ''}`,
  }
  const message = 'The where-clause selects no token of this request.'
  if (part === 'template-suffix') {
    return new PlimsollError('nothing-selected', message, {
      ...details,
      expected: 'a prompt rendered by a chat template with a suffix',
      fix: 'Use a model with a chat template and a prompt that is not raw, or leave `part` out.',
    })
  }
  return new PlimsollError('nothing-selected', message, {
    ...details,
    expected:
      part === undefined
        ? 'at least one selected token'
        : `tokens of the part ${part}; this prompt has ${parts.join(', ') || 'no parts'}`,
    fix: fixOf(tokens, generates),
  })
}

function fixOf({ part, phase }: Tokens, generates: boolean): string {
  if (!generates && phase === 'generated') return 'Use phase prompt or all: nothing is generated here.'
  return part === undefined
    ? 'Use a longer prompt, or a wider clause.'
    : 'Name a part that this prompt has, or leave `part` out.'
}
