/** What a vector does, part by part, in words and as data. */
import { plainTerms } from '../../engine/plain-terms.ts'
import { parseWhere, type Where } from '../../engine/where.ts'
import type { FittedVector } from '../../steer/index.ts'

export interface Part {
  readonly edit: string
  readonly where: Where
  /** Its own, by which the whole's strength is multiplied. */
  readonly strength: number
  readonly gates: readonly string[]
}

export function partsOf(vector: FittedVector): Part[] {
  return plainTerms([{ vector }]).map(({ vector: part, strength = 1, gates = [] }) => ({
    edit: part.edit,
    where: parseWhere(part.where),
    strength,
    gates: gates.map(({ kind }) => kind),
  }))
}

/** `rotate at attention-norm`, with gates and heads where there are some. */
export function inWords({ edit, where: { site, layers, heads }, gates }: Part): string {
  const at =
    heads === undefined ? site : `${site} ${heads.join(', ')} of layer ${JSON.stringify(layers).replace(/[[\]]/g, '')}`
  return [`${edit} at ${at}`, ...gates.map(gate => `with a ${gate} gate`)].join(', ')
}
