/** The vectors that a run fitted or was given, kept in the store beside its answers, so that a server can steer by them later. */
import { z } from 'zod'
import { type FittedVector, Provenance, parseVector, type Vector, vectorBytes } from '../steer/index.ts'
import type { Store } from '../store/index.ts'
import { hashOf } from './hash.ts'

interface OfCondition {
  readonly condition: string
  readonly vector: Vector
}

/** What is saved first stays: a run of the same hash fits the same vectors. */
export async function saveVectors(store: Store, run: string, vectors: readonly OfCondition[]): Promise<void> {
  for (const { condition, vector } of vectors)
    await store.saveArtefact(keyOf(run, condition), Buffer.from(vectorBytes(vector)).toString('base64'))
  await store.saveArtefact(
    listOf(run),
    vectors.map(({ condition }) => condition),
  )
}

/** Conditions of a run whose vectors are kept; none for a run of a version that kept none. */
export async function savedVectors(store: Store, run: string): Promise<readonly string[]> {
  return Names.catch([]).parse(await store.artefact(listOf(run)))
}

/**
 * Null where the store does not keep it.
 * @throws PlimsollError `invalid-input` for bytes that are no vector
 */
export async function savedVector(store: Store, run: string, condition: string): Promise<Vector | null> {
  const body = await store.artefact(keyOf(run, condition))
  return typeof body === 'string' ? parseVector(Buffer.from(body, 'base64')) : null
}

/** With the record it came with; null where it has none. */
export function recordedVector(vector: FittedVector): Vector | null {
  const found = Recorded.safeParse(vector)
  return found.success ? { ...vector, provenance: found.data.provenance } : null
}

const Recorded = z.object({ provenance: Provenance })
const Names = z.array(z.string())

function listOf(run: string): string {
  return hashOf({ vectors: run })
}

function keyOf(run: string, condition: string): string {
  return hashOf({ vector: condition, run })
}
