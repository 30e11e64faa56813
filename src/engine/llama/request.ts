/** A request with its tokens: what every job of the engine starts from. */
import { PlimsollError } from '../../errors.ts'
import { opensThinking, textParts } from '../parts.ts'
import { layoutOf } from '../positions.ts'
import { type ResolvedSteering, resolveSteering } from '../steering.ts'
import type { Prompt, Rendered, Steering } from '../types.ts'
import type { LoadedModel } from './model.ts'

/** Renders a prompt and finds the template suffix in tokens. @throws PlimsollError `template-failed` */
export function tokenisePrompt(model: LoadedModel, prompt: Prompt): Rendered {
  const rendered = model.render(prompt)
  const { text: written, suffixStart, suffixEnd = written.length } = rendered
  const { vocabulary } = model
  // A template that writes the beginning-of-sequence token itself must not get a second one.
  const bos = vocabulary.addsBos ? vocabulary.special(vocabulary.bos) : ''
  const doubled = bos !== '' && written.startsWith(bos) ? bos.length : 0
  const text = written.slice(doubled)
  const options = { addSpecial: true, parseSpecial: true }
  const tokens = vocabulary.tokenize(text, options)
  const startsWithBos = vocabulary.bos >= 0 && tokens[0] === vocabulary.bos
  const known = new Map<number, number>()
  /** Tokens before a character. They may join across it: those after it begin where the two tokenisations part. */
  const tokensBefore = (character: number): number => {
    const cut = Math.max(0, character - doubled)
    if (cut >= text.length) return tokens.length
    const found = known.get(cut)
    if (found !== undefined) return found
    const head = vocabulary.tokenize(text.slice(0, cut), options)
    let shared = 0
    while (shared < head.length && head[shared] === tokens[shared]) shared++
    known.set(cut, shared)
    return shared
  }
  const marks = model.thinking
  // What somebody wrote of thinking opens none; in raw text nobody can tell who wrote what.
  const begun = rendered.contents.length === 0 ? written : written.slice(suffixStart)
  const parts = textParts(rendered, marks?.text ?? null)
    .map(({ part, start, end }) => ({ part, start: tokensBefore(start), end: tokensBefore(end) }))
    .filter(({ start, end }) => start < end)
  return {
    text: written,
    tokens,
    parts,
    templateSuffix: [tokensBefore(suffixStart), tokensBefore(suffixEnd)],
    startsWithBos,
    thinking:
      marks === null ? null : { open: marks.open, close: marks.close, opened: opensThinking(begun, marks.text) },
  }
}

export function steeringOf(
  model: LoadedModel,
  rendered: Rendered,
  steering: Steering | undefined,
  generates: boolean,
): ResolvedSteering | null {
  return resolveSteering(steering ?? [], model.info, layoutOf(rendered, generates))
}

/** @throws PlimsollError `prompt-too-long`, `invalid-input` for no tokens at all */
export function checkLength(model: LoadedModel, index: number, promptTokens: number, moreTokens: number): void {
  if (promptTokens === 0) {
    throw new PlimsollError('invalid-input', `Request ${index} has no tokens`, {
      fix: 'Give a prompt that is not empty.',
    })
  }
  const needed = promptTokens + moreTokens
  if (needed <= model.info.contextLength) return
  throw new PlimsollError('prompt-too-long', `Request ${index} is longer than the model's context`, {
    found: `${promptTokens} prompt tokens + ${moreTokens} to come`,
    expected: `at most ${model.info.contextLength} together`,
    fix: 'Shorten the prompt, or ask for fewer tokens.',
  })
}

/** Number of leading tokens that two lists share. */
export function sharedPrefix(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return i
  return length
}
