/** Texts of single tokens, asked for once each. */
import type { Model } from '../../engine/types.ts'

const known = new WeakMap<Model, Map<number, Promise<string>>>()

export function textOf(token: number, model: Model): Promise<string> {
  const texts = known.get(model) ?? new Map<number, Promise<string>>()
  known.set(model, texts)
  const text = texts.get(token) ?? model.detokenize([token])
  texts.set(token, text)
  // An engine that ended in between is asked again.
  text.catch(() => texts.delete(token))
  return text
}
