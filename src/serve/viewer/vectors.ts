/** The vectors that the served model can be steered by, and those that studies left in the store. */
import type { Store } from '../../store/index.ts'
import { isResult } from '../../study/is-result.ts'
import { knownIn } from '../../study/measured-vectors.ts'
import { savedVector, savedVectors } from '../../study/saved-vectors.ts'
import { Refusal } from '../http/refusal.ts'
import type { Shelved, VectorShelf } from '../vectors/shelf.ts'
import { storedName } from './stored-name.ts'
import type { ServedModel, ServedVector, StoredVector, Vectors } from './wire.ts'

/** What is served beside the pages. */
export interface Served {
  readonly model: ServedModel
  readonly shelf: VectorShelf
}

/** @param store null while there is none: nothing is known of any vector then */
export async function vectorsView({ model, shelf }: Served, store: Store | null): Promise<Vectors> {
  return { served: await described(shelf.list(), store), stored: store === null ? [] : await storedOn(store, model) }
}

/**
 * Puts a vector of a study onto the shelf, where requests can name it; one that is there stays.
 * @throws Refusal 404 where the store does not hold it
 */
export async function takeStored({ model, shelf }: Served, store: Store | null, name: string): Promise<ServedVector> {
  const vector = shelf.find(name) ? null : await fromStore(store, model, name)
  // Another page may have taken it meanwhile.
  const shelved = shelf.find(name) ?? (vector && (await shelf.add(name, vector)))
  const [view] = await described(shelved ? [shelved] : [], store)
  if (view === undefined) throw new Refusal(404, `There is no vector ${name}`)
  return view
}

async function fromStore(store: Store | null, model: ServedModel, name: string) {
  if (store !== null) {
    const stored = (await storedOn(store, model)).find(one => one.name === name)
    const vector = stored && (await savedVector(store, stored.run, stored.condition))
    if (vector) return vector
  }
  throw new Refusal(
    404,
    `Neither the server nor the store has a vector ${name} of this model`,
    'Run its study again, which makes nothing anew but keeps its vectors, or start the server with --vector FILE.',
  )
}

async function described(shelved: readonly Shelved[], store: Store | null): Promise<ServedVector[]> {
  const vectors = shelved.map(({ vector }) => vector)
  const known = store === null ? vectors.map(() => []) : await knownIn(store, vectors)
  return shelved.map(({ name, vector }, i) => ({
    name,
    edit: vector.edit,
    method: vector.provenance.method,
    known: known[i] ?? [],
  }))
}

/** Of the newest run first. */
async function storedOn(store: Store, { fingerprint }: ServedModel): Promise<StoredVector[]> {
  const all: StoredVector[] = []
  for (const { hash: run, study, result } of await store.runs()) {
    if (!isResult(result) || result.model.fingerprint !== fingerprint) continue
    for (const condition of await savedVectors(store, run)) {
      const strength = result.conditions.find(({ name }) => name === condition)?.strength ?? null
      all.push({ name: storedName({ study, condition, run }), run, study, condition, strength })
    }
  }
  return all
}
