/** Plimsoll as a contestant: what a user of `fit` gets, texts to tokens, the engine's own process and messages included. */
import { createInterface } from 'node:readline'
import { openModel } from '../../src/engine/open.ts'
import type { Model } from '../../src/engine/types.ts'
import { directionAt, fitMethod, type MethodSpec } from '../../src/steer/index.ts'
import { divided } from '../threads.ts'
import type { FitJob } from './job.ts'
import type { FitTurn, JobName } from './peers.ts'

const lines = createInterface(process.stdin)[Symbol.asyncIterator]()
const { value = '' } = await lines.next()
const job: FitJob = JSON.parse(value)
await using model = await openModel(job.file, divided(job))
answer({})
for await (const line of lines) answer(await turn(model, job, JSON.parse(line).fit))

async function turn(model: Model, job: FitJob, name: JobName): Promise<FitTurn> {
  const { layer } = job
  const began = performance.now()
  const vector = (await fitMethod(model, specOf(job, name))).get(layer)
  const seconds = (performance.now() - began) / 1000
  const unit = vector && directionAt(vector, layer)?.unit
  if (unit === undefined) throw new Error(`${name} fitted nothing at layer ${layer}`)
  return { seconds, vector: [...unit] }
}

function specOf({ layer, sides, examples, steps, learningRate }: FitJob, name: JobName): MethodSpec {
  const texts = (all: readonly { readonly text: string }[]) => all.map(({ text }) => text)
  if (name === 'diffmean')
    return { method: name, layers: [layer], positive: texts(sides.positive), negative: texts(sides.negative) }
  return {
    method: name,
    layers: [layer],
    positive: texts(examples),
    // Only the positives' answers are trained on.
    negative: texts(sides.negative.slice(0, 1)),
    answers: { positive: examples.map(({ target }) => target.text), negative: [null] },
    epochs: steps,
    batch: examples.length,
    learningRate,
  }
}

function answer(value: FitTurn | Record<never, never>): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
