/**
 * From a where-clause to layers and token positions of one request.
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
import { PlimsollError } from '../errors.ts'
import type { GeneratedParts } from './generated-parts.ts'
import { isMassive } from './massive.ts'
import { EMBEDDING } from './place.ts'
import { count, includes, type Range, slice, subtract, within } from './ranges.ts'
import type { Span } from './types.ts'
import type { Part, Where } from './where.ts'

export { EMBEDDING } from './place.ts'

/** Which positions of a request are what. */
export interface TokenLayout {
  /** Tokens of the prompt, the beginning-of-sequence token included. */
  readonly promptTokens: number
  /** Half-open range of prompt positions; empty where there is none. */
  readonly templateSuffix: readonly [start: number, end: number]
  /** Parts of the prompt between the template's own tokens, ascending. */
  readonly parts: readonly Span[]
  readonly startsWithBos: boolean
  /** Whether tokens can follow the prompt: true to generate and to score a continuation, false to capture. */
  readonly generates: boolean
}

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
 * The layers a clause means, ascending, each once; [−1] for `embedding`. `{from, to}` includes both ends.
 * @throws PlimsollError `invalid-input` for a layer the model does not have, `nothing-selected` for an empty range.
 */
export function selectLayers(where: Pick<Where, 'site' | 'layers'>, layerCount: number): number[] {
  const { site, layers } = where
  const expected = `layers 0 to ${layerCount - 1}`
  if (site === 'embedding') {
    if (layers === 'all') return [EMBEDDING]
    throw new PlimsollError('invalid-input', 'The embedding has no layers.', {
      found: `site embedding with layers ${JSON.stringify(layers)}`,
      expected: 'site embedding alone, or site residual with layers',
      fix: 'Leave `layers` out, or use site residual.',
    })
  }
  if (layers === 'all') return Array.from({ length: layerCount }, (_, layer) => layer)
  if (!Array.isArray(layers) && layers.from > layers.to) {
    throw new PlimsollError('nothing-selected', 'The where-clause selects no layer.', {
      found: `layers from ${layers.from} to ${layers.to}`,
      expected,
      fix: 'Give a range whose `from` is not above its `to`; both ends are included.',
    })
  }
  const unknown = (Array.isArray(layers) ? layers : [layers.from, layers.to]).find(
    layer => !Number.isInteger(layer) || layer < 0 || layer >= layerCount,
  )
  if (unknown !== undefined) {
    throw new PlimsollError('invalid-input', `The model has no layer ${unknown}.`, {
      found: `layer ${unknown}`,
      expected,
      fix: 'Name layers the model has; they are counted from 0.',
    })
  }
  if (!Array.isArray(layers)) return Array.from({ length: layers.to - layers.from + 1 }, (_, i) => layers.from + i)
  if (layers.length === 0) {
    throw new PlimsollError('nothing-selected', 'The where-clause selects no layer.', {
      found: 'an empty list of layers',
      expected,
      fix: "Name at least one layer, or 'all'.",
    })
  }
  return [...new Set(layers)].sort((a, b) => a - b)
}

type Tokens = Where['tokens']
type Clause = Omit<Tokens, 'beginning' | 'except'>

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

const inPrompts: readonly Part[] = ['system', 'user', 'template-suffix']

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

function checkClause(clause: Clause): void {
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

function nothingSelected(tokens: Tokens, layout: TokenLayout): PlimsollError {
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
