/** The server under load: every request steered differently, against the same load unsteered, and against another server. */
import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { openModel } from '../../src/engine/open.ts'
import { startServer } from '../../src/serve/index.ts'
import { fit } from '../../src/steer/index.ts'
import { type Machine, thisMachine } from '../machine.ts'
import { jobFor } from '../peers/job.ts'
import { type Median, medianOf } from '../repeat.ts'
import { divided, type Threads } from '../threads.ts'
import { type Carried, carry, type Load } from './load.ts'

interface Measured {
  readonly tokensPerSecond: Median
  /** Seconds. */
  readonly firstToken: Median
}

export interface ServeBenchmark extends Threads {
  readonly machine: Machine
  readonly model: string
  readonly generated: number
  readonly turns: number
  readonly clients: readonly {
    readonly clients: number
    readonly unsteered: Measured
    readonly steered: Measured
    /** Steered over unsteered tokens per second, in the same turn. */
    readonly ratio: Median
    readonly peer: (Measured & { readonly plimsollIsFaster: Median }) | null
  }[]
  readonly aims: readonly {
    readonly what: string
    readonly aim: string
    readonly measured: number
    readonly reached: boolean
  }[]
}

export interface ServeBenchmarkOptions extends Threads {
  readonly file: string
  readonly name: string
  readonly turns: number
  readonly clients: readonly number[]
  /** Another server with the same model, such as llama-server: `http://127.0.0.1:8081/v1`. */
  readonly peer: string | undefined
  readonly onProgress: (what: string) => void
}

/** Tokens of every answer. */
const generated = 32
/** Texts that prompts are made of. */
const texts = 32
/** Requests of each client in a turn. */
const requests = 2
const leastRatio = 0.95
/** Milliseconds between two ways: threads that wait for more work go on turning for a moment, and not only one's own. */
const rest = 1000

type Way = 'unsteered' | 'steered' | 'peer'

export async function serveBenchmark(options: ServeBenchmarkOptions): Promise<ServeBenchmark> {
  const { file, name, threads, engines, turns, peer, onProgress } = options
  const machine = thisMachine()
  const most = Math.max(...options.clients)
  const { prompts, ends } = await jobFor(file, options, texts)
  await using model = await openModel(file, { name, ...divided(options), batching: 'together' })
  const layer = Math.floor(model.info.layers / 2)
  const contrast = {
    positive: ['Yes, of course.', 'Sure, here it is.'],
    negative: ['No, I cannot.', 'Sorry, not that.'],
  }
  const vector = await fit(model, { method: 'diffmean', layer, ...contrast })
  await using server = await startServer(model, { port: 0, parallel: most, vectors: [{ name: 'vector', vector }] })
  // No two begin alike, in no run, or what a server kept of one would serve another, which a steered one cannot have.
  let serial = randomInt(100_000, 900_000)
  const body = (client: number, request: number) => ({
    model: 'default',
    prompt: `${serial++}. ${prompts[(client * requests + request) % texts]?.text}`,
    max_tokens: generated,
    temperature: 0,
    logit_bias: Object.fromEntries(ends.map(token => [String(token), -100])),
  })
  const steered = (client: number, request: number) => ({
    ...body(client, request),
    steering: [{ vector: 'vector', strength: 0.1 + 0.01 * (client * requests + request) }],
  })
  const url = `${server.url}/v1`
  const rows = []
  for (const clients of options.clients) {
    const ways: [Way, Load][] = [
      ['unsteered', { url, clients, requests, body }],
      ['steered', { url, clients, requests, body: steered }],
      ...(peer === undefined ? [] : [['peer', { url: peer, clients, requests, body }] satisfies [Way, Load]]),
    ]
    const carried: Record<Way, Carried[]> = { unsteered: [], steered: [], peer: [] }
    // The first turn warms up. Whoever comes first in one comes last in the next.
    for (let turn = 0; turn <= turns; turn++) {
      onProgress(`${clients} clients, turn ${Math.max(1, turn)} of ${turns}`)
      for (const [way, what] of [...ways.slice(turn % ways.length), ...ways.slice(0, turn % ways.length)]) {
        await sleep(rest)
        const one = await carry(what)
        if (turn > 0) carried[way].push(one)
      }
    }
    rows.push({
      clients,
      unsteered: measured(carried.unsteered),
      steered: measured(carried.steered),
      ratio: ratioOf(carried.steered, carried.unsteered),
      peer:
        peer === undefined
          ? null
          : { ...measured(carried.peer), plimsollIsFaster: ratioOf(carried.unsteered, carried.peer) },
    })
  }
  const aims = rows.flatMap(({ clients, ratio, peer: other }) => [
    aim(`steered over unsteered, ${clients} clients`, leastRatio, ratio.median),
    ...(other === null ? [] : [aim(`over the other server, ${clients} clients`, 1, other.plimsollIsFaster.median)]),
  ])
  return { machine, model: name, threads, engines, generated, turns, clients: rows, aims }
}

function aim(what: string, least: number, found: number) {
  return { what, aim: `≥ ${least}`, measured: found, reached: found >= least }
}

function ratioOf(those: readonly Carried[], these: readonly Carried[]): Median {
  return medianOf(those.map(({ tokensPerSecond }, turn) => tokensPerSecond / these[turn]!.tokensPerSecond))
}

function measured(carried: readonly Carried[]): Measured {
  return {
    tokensPerSecond: medianOf(carried.map(({ tokensPerSecond }) => tokensPerSecond)),
    firstToken: medianOf(carried.map(({ firstToken }) => firstToken)),
  }
}
