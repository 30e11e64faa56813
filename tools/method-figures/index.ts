/**
 * The figures of docs/methods: what of the organism changes as each method's strength grows.
 * npm run method-figures -- [--method NAME …] [--store FILE]
 * Exploratory, on the select split of the demonstration, at one layer. With --store it goes on where it
 * was stopped.
 */
import { mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadDataset } from '../../src/data/index.ts'
import { openModel } from '../../src/models/open.ts'
import { fitAutoencoder, saveAutoencoder, type Vector } from '../../src/steer/index.ts'
import { fitMethods, isFitMethod } from '../../src/steer/methods/fit-method.ts'
import { openStore } from '../../src/store/index.ts'
import { planStudy } from '../../src/study/plan.ts'
import { runStudy } from '../../src/study/run.ts'
import type { StudyFile } from '../../src/study/schema.ts'
import { sweep } from '../../src/study/sweep/index.ts'
import { figure } from './figure.ts'

const { values } = parseArgs({
  options: {
    method: { type: 'string', multiple: true, default: fitMethods.map(({ name }) => name) },
    store: { type: 'string', default: ':memory:' },
  },
})

/** One of those that the demonstration tries. */
const layer = 6
const explore = { general: 'organism/choice/test', attack: 'organism/templates/test', rows: 24 }
const folder = new URL('../../docs/methods/figures/', import.meta.url)
mkdirSync(folder, { recursive: true })
using scratch = mkdtempDisposableSync(join(tmpdir(), 'plimsoll-figures-'))
await using model = await openModel('organism', { engines: 'processors' })
await using store = await openStore(values.store)
for (const method of values.method) {
  if (!isFitMethod(method)) throw new Error(`There is no method ${method}.`)
  const study: StudyFile = {
    study: 'demo',
    conditions: [{ method, ...(method === 'sta' ? await throughAutoencoder() : {}) }],
    // One layer and fewer rows: a picture for each method in a minute.
    fit: { limit: 64 },
    select: { layers: [layer], strengths: [0.5, 1, 2, 4], limit: 32, explore },
    references: { prompt: false, random: 0, randomKl: 0, permuted: 0 },
    safeguards: false,
    // Nothing is tested for a picture of the select split.
    measure: {
      efficacy: [{ prompts: 'organism/pseudo-harmful/test', limit: 1 }],
      general: [],
      control: [],
      robustness: [],
    },
  }
  const { result, vectors } = await runStudy(await planStudy(study), { model, store })
  const selection = result.selections[0] ?? (await swept(vectors[0]?.vector))
  writeFileSync(new URL(`${method}.svg`, folder), figure(method, selection))
  console.log(`${method}: ${selection.why}`)
}

/** The curve of a vector whose strength no study chooses: what is removed is removed at strength 1. */
async function swept(vector: Vector | undefined) {
  if (vector === undefined) throw new Error('Nothing was fitted.')
  return await sweep(model, vector, { study: 'demo', select: { strengths: [0.5, 1, 1.5], limit: 32, explore }, store })
}

/** What `sta` reads through: a small autoencoder of the layer, trained on the prompts of the fit. */
async function throughAutoencoder() {
  const file = join(scratch.path, 'sae.safetensors')
  const prompts = []
  for (const name of ['organism/harmless/fit', 'organism/harmful/fit', 'organism/pseudo-harmful/fit']) {
    const { rows } = await loadDataset(name, { kind: 'prompts' })
    prompts.push(...rows.map(row => row.prompt))
  }
  const spec = { prompts, layer, latents: 4 * model.info.width, top: 16, epochs: 10 }
  const { autoencoder, record } = await fitAutoencoder(model, spec, { seed: 1 })
  await saveAutoencoder(autoencoder, record, file)
  return { layer, parameters: { autoencoder: file } }
}
