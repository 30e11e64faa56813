/** What a vector does, part by part, in words and as data. */
import { plainTerms } from '../../engine/plain-terms.ts'
import type { Gate } from '../../engine/types.ts'
import { parseWhere, type Where } from '../../engine/where.ts'
import type { FittedVector } from '../../steer/index.ts'

export interface Part {
  readonly edit: string
  readonly where: Where
  /** Its own, by which the whole's strength is multiplied. */
  readonly strength: number
  /** In words. */
  readonly gates: readonly string[]
}

export function partsOf(vector: FittedVector): Part[] {
  return plainTerms([{ vector }]).map(({ vector: part, strength = 1, gates = [] }) => ({
    edit: part.edit,
    where: parseWhere(part.where),
    strength,
    gates: gates.map(gateInWords),
  }))
}

/** `rotate at attention-norm, on every token`, with gates and heads where there are some. */
export function inWords({ edit, where: { site, layers, heads, tokens }, gates }: Part): string {
  const at =
    heads === undefined ? site : `${site} ${heads.join(', ')} of layer ${JSON.stringify(layers).replace(/[[\]]/g, '')}`
  return [`${edit} at ${at}`, `on ${tokensInWords(tokens)}`, ...gates].join(', ')
}

/** A clause says more than a phrase can. */
function tokensInWords(tokens: Where['tokens']): string {
  const { phase, beginning, ...rest } = tokens
  const narrowed = Object.entries(rest).some(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  )
  if (narrowed) return `tokens ${JSON.stringify(tokens)}`
  return phase === 'all' ? 'every token' : phase === 'prompt' ? 'every token of the prompt' : 'every generated token'
}

/** `if the prompt’s projected-cosine at layer 3 is above 0.0121`. */
function gateInWords(gate: Gate): string {
  switch (gate.kind) {
    case 'condition': {
      const { layers } = parseWhere(gate.where)
      const at = Array.isArray(layers) ? `layer ${layers.join(', ')}` : 'its layers'
      return `if the prompt’s ${gate.measure} at ${at} is ${gate.open} ${gate.threshold.toPrecision(3)}`
    }
    case 'token':
      return `where a token’s ${gate.measure} is ${gate.open} ${gate.threshold.toPrecision(3)}`
    case 'norm-budget':
      return `by at most ${gate.limit} of the length`
    case 'adaptive':
      return `as strongly as its ${gate.measure} says`
  }
}
