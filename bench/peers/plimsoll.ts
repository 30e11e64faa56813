/** Plimsoll as a contestant: what a user of `openModel` gets, the engine's own process and messages included. */
import { createInterface } from 'node:readline'
import { openModel } from '../../src/engine/open.ts'
import type { Model } from '../../src/engine/types.ts'
import { divided } from '../threads.ts'
import type { Turn } from './index.ts'
import type { Job } from './job.ts'

const lines = createInterface(process.stdin)[Symbol.asyncIterator]()
const { value = '' } = await lines.next()
const job: Job = JSON.parse(value)
await using model = await openModel(job.file, divided(job))
answer({})
for await (const line of lines) answer(await turn(model, job, JSON.parse(line).sequences))

async function turn(model: Model, { prompts, generated, ends, steering }: Job, sequences: number): Promise<Turn> {
  const { layer, unit, scale } = steering
  const where = { layers: [layer], tokens: { beginning: 'keep' } } as const
  const vector = { edit: 'add', where, directions: { unit: Float32Array.from(unit), scale } } as const
  const began = performance.now()
  const answers = await model.generate(
    prompts.slice(0, sequences).map(({ text }) => ({ raw: text })),
    {
      steering: [{ vector }],
      slots: sequences,
      maxTokens: generated,
      sampling: { logitBias: Object.fromEntries(ends.map(token => [token, Number.NEGATIVE_INFINITY])) },
    },
  )
  const seconds = (performance.now() - began) / 1000
  const short = answers.find(({ tokens }) => tokens.length !== generated)
  if (short !== undefined) throw new Error(`${short.tokens.length} tokens came instead of ${generated}`)
  return { seconds, first: answers.map(({ tokens }) => tokens[0] ?? -1) }
}

function answer(value: Turn | Record<never, never>): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
