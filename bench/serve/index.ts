/** The server under load: every request steered differently, against the same load unsteered, and against another server. */
import { openModel } from '../../src/engine/open.ts'
import { startServer } from '../../src/serve/index.ts'
import { fit } from '../../src/steer/index.ts'
import { type Machine, thisMachine } from '../machine.ts'
import { jobFor } from '../peers/job.ts'
import { type Median, medianOf } from '../repeat.ts'
import { type Carried, carry } from './load.ts'

interface Measured {
  readonly tokensPerSecond: Median
  /** Seconds. */
  readonly firstToken: Median
}

export interface ServeBenchmark {
  readonly machine: Machine
  readonly model: string
  readonly threads: number
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

export interface ServeBenchmarkOptions {
  readonly file: string
  readonly name: string
  readonly threads: number
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

export async function serveBenchmark(options: ServeBenchmarkOptions): Promise<ServeBenchmark> {
  const { file, name, threads, turns, peer, onProgress } = options
  const machine = thisMachine()
  const most = Math.max(...options.clients)
  const { prompts, ends } = await jobFor(file, threads, texts)
  await using model = await openModel(file, { name, threads, batching: 'together' })
  const layer = Math.floor(model.info.layers / 2)
  const contrast = {
    positive: ['Yes, of course.', 'Sure, here it is.'],
    negative: ['No, I cannot.', 'Sorry, not that.'],
  }
  const vector = await fit(model, { method: 'diffmean', layer, ...contrast })
  await using server = await startServer(model, { port: 0, parallel: most, vectors: [{ name: 'vector', vector }] })
  let serial = 0
  const body = (client: number, request: number) => ({
    model: 'default',
    // No two begin alike, or what is left of one would serve another, which a steered one cannot have.
    prompt: `${serial++}. ${prompts[(client * requests + request) % texts]?.text}`,
    max_tokens: generated,
    temperature: 0,
    logit_bias: Object.fromEntries(ends.map(token => [String(token), -100])),
  })
  const load = (clients: number, url: string) => ({ url: `${url}/v1`, clients, requests, body })
  const steered = (client: number, request: number) => ({
    ...body(client, request),
    steering: [{ vector: 'vector', strength: 0.1 + 0.01 * (client * requests + request) }],
  })
  const rows = []
  for (const clients of options.clients) {
    const carried: { plain: Carried; steered: Carried; peer: Carried | null }[] = []
    // The first turn warms up.
    for (let turn = -1; turn < turns; turn++) {
      onProgress(`${clients} clients, turn ${Math.max(0, turn) + 1} of ${turns}`)
      const plain = await carry(load(clients, server.url))
      const moved = await carry({ ...load(clients, server.url), body: steered })
      const other = peer === undefined ? null : await carry({ ...load(clients, server.url), url: peer })
      if (turn >= 0) carried.push({ plain, steered: moved, peer: other })
    }
    const others = carried.flatMap(one => (one.peer === null ? [] : [{ plain: one.plain, peer: one.peer }]))
    rows.push({
      clients,
      unsteered: measured(carried.map(one => one.plain)),
      steered: measured(carried.map(one => one.steered)),
      ratio: medianOf(carried.map(one => one.steered.tokensPerSecond / one.plain.tokensPerSecond)),
      peer:
        others.length === 0
          ? null
          : {
              ...measured(others.map(one => one.peer)),
              plimsollIsFaster: medianOf(others.map(one => one.plain.tokensPerSecond / one.peer.tokensPerSecond)),
            },
    })
  }
  const aims = rows.flatMap(({ clients, ratio, peer: other }) => [
    aim(`steered over unsteered, ${clients} clients`, leastRatio, ratio.median),
    ...(other === null ? [] : [aim(`over the other server, ${clients} clients`, 1, other.plimsollIsFaster.median)]),
  ])
  return { machine, model: name, threads, generated, turns, clients: rows, aims }
}

function aim(what: string, least: number, found: number) {
  return { what, aim: `≥ ${least}`, measured: found, reached: found >= least }
}

function measured(carried: readonly Carried[]): Measured {
  return {
    tokensPerSecond: medianOf(carried.map(({ tokensPerSecond }) => tokensPerSecond)),
    firstToken: medianOf(carried.map(({ firstToken }) => firstToken)),
  }
}
