/**
 * From a where-clause to the token positions of one request.
 *
 * How a clause is narrowed, in this order:
 * 1. `phase`: tokens of the prompt, tokens that follow it (generated, or a given continuation), or both.
 * 2. The beginning-of-sequence token is left out, unless `beginning: 'keep'` or `is: 'beginning-of-sequence'`.
 * 3. `part`. System, user and template suffix are parts of prompts; `answer` and `thinking` are earlier answers in the
 *    prompt and what the model writes.
 * 4. `is`.
 * 5. `window`, then `first`, then `last`, then `ends`, each counting what is left: tokens of the prompt first, then those
 *    that follow.
 *    `last` counts from the end of the prompt: while a model writes, every token it writes is the last one so far, so
 *    with phase `all` each generated token stays selected, and with phase `generated` `last` would say nothing and is
 *    refused. So it is with `ends`.
 * 6. `except` takes away what each of its clauses means by itself, whatever the rest says.
 */
import { type Clause, checkClause, inPrompts, nothingSelected, type Tokens } from './clause-faults.ts'
import type { GeneratedParts } from './generated-parts.ts'
import { isMassive } from './massive.ts'
import { count, includes, type Range, slice, subtract, within } from './ranges.ts'
import type { TokenLayout } from './token-layout.ts'

/** What of the tokens after a prompt: those from the `from`-th to before the `to`-th of a part, or of all of them. */
interface Following {
  readonly part: 'any' | 'thinking' | 'answer'
  readonly from: number
  readonly to: number
}

interface Narrowed {
  readonly prompt: readonly Range[]
  readonly following: Following | null
  /** Only states that hold a massive activation. */
  readonly massive: boolean
}

/** Which tokens of one request are meant; plain data. */
export interface TokenSelection extends Narrowed {
  readonly promptTokens: number
  /** What of it is taken away, where that depends on what is generated or on states. */
  readonly except: readonly Narrowed[]
  /** Whether states decide (massive activations), so that `selects` has to be given them. */
  readonly readsStates: boolean
}

/** Without an end, in a form that JSON keeps. */
const endless = Number.MAX_SAFE_INTEGER

/**
 * The positions a clause means in one request.
 * @throws PlimsollError `invalid-input` for a clause that contradicts itself, `nothing-selected` where it can select no
 * token of this request.
 */
export function selectTokens(tokens: Tokens, layout: TokenLayout): TokenSelection {
  const { beginning = 'skip', except = [], ...clause } = tokens
  const whole = narrow(clause, beginning, layout)
  const taken = except.map(part => narrow(part, beginning, layout))
  const prompt = taken.reduce(
    (left, { prompt, massive }) => (massive ? left : subtract(left, prompt)),
    [...whole.prompt],
  )
  const selection: TokenSelection = {
    ...whole,
    prompt,
    following: taken.some(other => covers(other, whole.following)) ? null : whole.following,
    promptTokens: layout.promptTokens,
    except: taken
      .map(other => (other.massive ? other : { ...other, prompt: [] }))
      .filter(other => other.prompt.length > 0 || other.following !== null),
    readsStates: whole.massive || taken.some(({ massive }) => massive),
  }
  if (selection.prompt.length > 0 || selection.following !== null) return selection
  throw nothingSelected(tokens, layout)
}

function narrow(clause: Clause, beginning: 'skip' | 'keep', layout: TokenLayout): Narrowed {
  const { phase, part, is, window, first, last, ends } = clause
  checkClause(clause)
  const { promptTokens, startsWithBos, generates } = layout
  const ofBeginning: Range = [0, startsWithBos ? Math.min(1, promptTokens) : 0]
  let prompt: readonly Range[] = phase === 'generated' ? [] : [[0, promptTokens]]
  if (is === 'beginning-of-sequence') prompt = within(prompt, ...ofBeginning)
  else if (beginning === 'skip') prompt = within(prompt, ofBeginning[1], promptTokens)
  if (part === 'template-suffix') prompt = within(prompt, ...layout.templateSuffix)
  else if (part !== undefined) {
    const spans = layout.parts.filter(span => span.part === part)
    prompt = spans.flatMap(({ start, end }) => within(prompt, start, end))
  }
  prompt = within(prompt, 0, promptTokens)
  const follows = phase !== 'prompt' && generates && is !== 'beginning-of-sequence'
  let following: Following | null =
    !follows || (part !== undefined && inPrompts.includes(part))
      ? null
      : { part: part === 'thinking' || part === 'answer' ? part : 'any', from: 0, to: endless }
  for (const [from, to] of [
    window === undefined ? null : [window.from, window.to],
    first === undefined ? null : [0, first],
  ].filter(limits => limits !== null)) {
    const inPrompt = count(prompt)
    following = limited(following, (from ?? 0) - inPrompt, (to ?? endless) - inPrompt)
    prompt = slice(prompt, from ?? 0, to ?? endless)
  }
  if (last !== undefined) prompt = slice(prompt, Math.max(0, count(prompt) - last), endless)
  if (ends !== undefined) {
    const behind = Math.max(ends.first, count(prompt) - ends.last)
    prompt = [...slice(prompt, 0, ends.first), ...slice(prompt, behind, endless)]
  }
  return { prompt, following, massive: is === 'massive' }
}

/** From the `from`-th to before the `to`-th of what follows, counted after the prompt's. */
function limited(following: Following | null, from: number, to: number): Following | null {
  if (following === null) return null
  const [start, end] = [following.from + Math.max(0, from), Math.min(following.to, following.from + Math.max(0, to))]
  return start < end ? { ...following, from: start, to: end } : null
}

function covers(other: Narrowed, following: Following | null): boolean {
  if (other.massive || other.following === null || following === null) return false
  const { part, from, to } = other.following
  return (
    (part === 'any' ? following.part === 'any' || (from === 0 && to === endless) : part === following.part) &&
    from <= following.from &&
    to >= following.to
  )
}

/** Whether a token is selected.
 * @param generated what the tokens after the prompt are, where that is known
 * @param state the token's states, where the selection depends on them (`readsStates`)
 */
export function selects(
  selection: TokenSelection,
  position: number,
  generated: GeneratedParts | null = null,
  state: Float32Array | null = null,
): boolean {
  const { promptTokens, except } = selection
  if (!matches(selection, promptTokens, position, generated, state)) return false
  for (let i = 0; i < except.length; i++) {
    if (matches(except[i]!, promptTokens, position, generated, state)) return false
  }
  return true
}

function matches(
  narrowed: Narrowed,
  promptTokens: number,
  position: number,
  generated: GeneratedParts | null,
  state: Float32Array | null,
): boolean {
  const { prompt, following, massive } = narrowed
  if (position < promptTokens) {
    if (!includes(prompt, position)) return false
  } else {
    if (following === null) return false
    let index = position - promptTokens
    if (following.part !== 'any') {
      const at = generated?.at(position) ?? { part: 'answer', indexInPart: index }
      if (at.part !== following.part) return false
      index = at.indexInPart
    }
    if (index < following.from || index >= following.to) return false
  }
  return !massive || (state !== null && isMassive(state))
}

/** The selected positions below `length`, ascending; where states decide, those that they may select. */
export function selectedPositions(
  selection: TokenSelection,
  length: number,
  generated: GeneratedParts | null = null,
): number[] {
  const possible = selection.readsStates ? withoutStates(selection) : selection
  const positions: number[] = []
  for (const [start, end] of possible.prompt) {
    for (let position = start; position < Math.min(end, length); position++) {
      if (possible.except.length === 0 || selects(possible, position, generated)) positions.push(position)
    }
  }
  if (possible.following === null) return positions
  for (let position = selection.promptTokens; position < length; position++) {
    if (selects(possible, position, generated)) positions.push(position)
  }
  return positions
}

function withoutStates(selection: TokenSelection): TokenSelection {
  return { ...selection, massive: false, except: selection.except.filter(({ massive }) => !massive) }
}

/** Whether two selections mean the same of the first `length` positions of a prompt. */
export function sameOnPositions(a: TokenSelection, b: TokenSelection, length: number): boolean {
  if (a.readsStates || b.readsStates) return JSON.stringify(a) === JSON.stringify(b)
  for (let position = 0; position < length; position++) if (selects(a, position) !== selects(b, position)) return false
  return true
}
