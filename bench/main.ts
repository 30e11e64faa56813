/**
 * Benchmarks: ratios measured in one run, since machines are shared and noisy.
 * npm run bench -- engine [--model NAME|FILE] [--threads N] [--turns N] [--seconds N] [--contexts 32,512] [--json]
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { resolveModel } from '../src/models/resolve.ts'
import { engineBenchmark } from './engine/index.ts'
import { engineTable } from './engine/table.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: 'string', default: 'smollm2-135m' },
    threads: { type: 'string', default: String(availableParallelism()) },
    turns: { type: 'string', default: '11' },
    seconds: { type: 'string', default: '12' },
    contexts: { type: 'string', default: '32,512' },
    json: { type: 'boolean', default: false },
  },
})

const [which] = positionals
if (which === 'engine') {
  const { file, name } = await resolveModel(values.model)
  const found = await engineBenchmark({
    file,
    name,
    threads: Number(values.threads),
    effort: { turns: Number(values.turns), seconds: Number(values.seconds) },
    contexts: values.contexts.split(',').map(Number),
    onProgress: what => console.error(what),
  })
  console.log(values.json ? JSON.stringify(found, null, 2) : engineTable(found))
} else {
  console.error(
    'npm run bench -- engine [--model NAME|FILE] [--threads N] [--turns N] [--seconds N] [--contexts 32,512] [--json]',
  )
  process.exitCode = 2
}
