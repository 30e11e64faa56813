/**
 * Whether a study says what is true: the whole demonstration on organisms whose truth is known by construction, over
 * several seeds, each with rows, fit and selection of its own.
 * npm run prove -- [--seeds 10] [--from 1] [--organism NAME …] [--limit N] [--store FILE] [--json]
 * With --store it goes on where it was stopped.
 * Ends with 1 where a verdict is wrong more often than it may be.
 */
import { parseArgs } from 'node:util'
import { organisms } from './organisms.ts'
import { judgeProof, type Proof, proofTable, prove } from './prove.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    from: { type: 'string', default: '1' },
    organism: { type: 'string', multiple: true, default: organisms.map(({ name }) => name) },
    limit: { type: 'string' },
    store: { type: 'string', default: ':memory:' },
    json: { type: 'boolean', default: false },
  },
})

const chosen = values.organism.map(name => {
  const found = organisms.find(organism => organism.name === name)
  if (found === undefined)
    throw new Error(`No organism ${name}; there are ${organisms.map(one => one.name).join(', ')}`)
  return found
})
const options = { limit: values.limit === undefined ? null : Number(values.limit), store: values.store }
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => Number(values.from) + i)
const proofs: Proof[] = []
for (const organism of chosen) {
  for (const seed of seeds) {
    const proof = await prove(organism, seed, options)
    console.error(`${organism.name}, seed ${seed}: ${proof.verdict} (${proof.truth}), ${Math.round(proof.seconds)} s`)
    proofs.push(proof)
  }
}
const judged = judgeProof(proofs)
console.log(values.json ? JSON.stringify({ proofs, ...judged }, null, 2) : proofTable(proofs, judged))
if (!judged.holds) process.exitCode = 1
