/** Benchmarks: ratios measured in one run, since machines are shared and noisy. */
import { availableParallelism } from 'node:os'
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { resolveModel } from '../src/models/resolve.ts'
import { agreementBenchmark } from './agreement/index.ts'
import { agreementTable } from './agreement/table.ts'
import { engineBenchmark } from './engine/index.ts'
import { engineTable } from './engine/table.ts'
import { fitBenchmark, fitTable } from './fit/index.ts'
import { peersBenchmark } from './peers/index.ts'
import { peersTable } from './peers/table.ts'
import { serveBenchmark } from './serve/index.ts'
import { serveTable } from './serve/table.ts'
import { studyBenchmark, studyTable } from './study/index.ts'
import { viewBenchmark, viewTable } from './view/index.ts'
import { weightsBenchmark } from './weights/index.ts'
import { weightsTable } from './weights/table.ts'

const usage = `npm run bench -- engine [--model NAME|FILE] [--threads N] [--turns N] [--seconds N] [--contexts 32,512] [--json]
npm run bench -- peers [--model NAME|FILE] [--threads N] [--engines N] [--turns N] [--sequences 1,16,64]
                       [--batched-bench PROGRAM] [--python PROGRAM] [--dtypes float32] [--json]
npm run bench -- study [--model NAME|FILE] [--threads N] [--study overrefusal-quick] [--limit 24] [--json]
npm run bench -- agreement --python PROGRAM [--model NAME|FILE] [--threads N] [--engines N]
                           [--rows mmlu=228,gsm8k=100] [--subjects anatomy,virology] [--json]
npm run bench -- fit [--model NAME|FILE] [--threads N] [--engines N] [--turns N] [--pairs 256] [--python PROGRAM]
                     [--dtypes float32] [--json]
npm run bench -- weights [--model NAME|FILE] [--threads N] [--turns N] [--json]
npm run bench -- view [--store .plimsoll/store.db] [--records 100000] [--turns N] [--json]
npm run bench -- serve [--model NAME|FILE] [--threads N] [--engines N] [--turns N] [--clients 1,4,16,64] [--peer URL]
                       [--json]
Everybody computes with --threads; --engines divides Plimsoll's among so many engines (default 1).
bench/peers/README.md says how to get the programs. Example: npm run bench -- engine --turns 3 --seconds 2 --contexts 32`

const { values, positionals } = parsed({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', short: 'h', default: false },
    model: { type: 'string', default: 'smollm2-135m' },
    threads: { type: 'string', default: String(availableParallelism()) },
    engines: { type: 'string', default: '1' },
    turns: { type: 'string', default: '11' },
    seconds: { type: 'string', default: '12' },
    contexts: { type: 'string', default: '32,512' },
    sequences: { type: 'string', default: '1,16,64' },
    'batched-bench': { type: 'string' },
    python: { type: 'string' },
    dtypes: { type: 'string', default: 'float32' },
    study: { type: 'string', default: 'overrefusal-quick' },
    limit: { type: 'string', default: '24' },
    pairs: { type: 'string', default: '256' },
    rows: { type: 'string', default: 'mmlu=228,gsm8k=100,arc-challenge=100,hellaswag=100' },
    subjects: { type: 'string', default: '' },
    store: { type: 'string', default: '.plimsoll/store.db' },
    records: { type: 'string', default: '100000' },
    clients: { type: 'string', default: '1,4,16,64' },
    peer: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})

const benchmarks: Readonly<Record<string, () => Promise<void>>> = {
  async engine() {
    const found = await engineBenchmark({
      ...(await shared()),
      effort: { turns: Number(values.turns), seconds: Number(values.seconds) },
      contexts: numbers(values.contexts),
    })
    print(found, engineTable)
  },
  async peers() {
    const found = await peersBenchmark({
      ...(await shared()),
      turns: Number(values.turns),
      sequences: numbers(values.sequences),
      batchedBench: values['batched-bench'],
      python: values.python,
      dtypes: values.dtypes.split(','),
    })
    print(found, peersTable)
  },
  async fit() {
    const found = await fitBenchmark({
      ...(await shared()),
      turns: Number(values.turns),
      pairs: Number(values.pairs),
      python: values.python,
      dtypes: values.dtypes.split(','),
    })
    print(found, fitTable)
  },
  async weights() {
    print(await weightsBenchmark({ ...(await shared()), turns: Number(values.turns) }), weightsTable)
  },
  async agreement() {
    const asked = Object.fromEntries(values.rows.split(',').map(entry => entry.split('=')))
    const size = (name: string) => Number(asked[name] ?? 0)
    const found = await agreementBenchmark({
      ...(await shared()),
      python: values.python,
      subjects: values.subjects.split(',').filter(Boolean),
      sizes: {
        mmlu: size('mmlu'),
        gsm8k: size('gsm8k'),
        hellaswag: size('hellaswag'),
        'arc-challenge': size('arc-challenge'),
      },
    })
    print(found, agreementTable)
  },
  async view() {
    print(await viewBenchmark(values.store, Number(values.records), Number(values.turns)), viewTable)
  },
  async serve() {
    const found = await serveBenchmark({
      ...(await shared()),
      turns: Number(values.turns),
      clients: numbers(values.clients),
      peer: values.peer,
    })
    print(found, serveTable)
  },
  async study() {
    const found = await studyBenchmark({ ...(await shared()), study: values.study, limit: Number(values.limit) })
    print(found, studyTable)
  },
}

const run = benchmarks[positionals[0] ?? '']
if (values.help) console.log(usage)
else if (run === undefined) {
  console.error(usage)
  process.exitCode = 2
} else await run()

/** What nobody can mean ends with how it is meant. */
function parsed<const Config extends ParseArgsConfig>(config: Config) {
  try {
    return parseArgs(config)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`)
    process.exit(2)
  }
}

async function shared() {
  const { file, name } = await resolveModel(values.model)
  return {
    file,
    name,
    threads: Number(values.threads),
    engines: Number(values.engines),
    onProgress: (what: string) => console.error(what),
  }
}

function numbers(list: string): number[] {
  return list.split(',').map(Number)
}

function print<T>(found: T, table: (found: T) => string): void {
  console.log(values.json ? JSON.stringify(found, null, 2) : table(found))
}
