/** Data that was edited between a run and its comparison. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { resultFixture } from '../../../test/support/result-fixture.ts'
import { type AnswerRecord, openStore } from '../../store/index.ts'
import { saveAsked } from '../asked.ts'
import { resolveStudy } from '../config.ts'
import { Loader } from '../rows.ts'
import { loadSuites } from '../suites.ts'
import { type Comparison, compare } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-asked-'))
afterAll(() => rmSync(folder, { recursive: true }))
const write = (rows: Readonly<Record<string, string>>) =>
  writeFileSync(join(folder, 'data.jsonl'), Object.entries(rows).map(row).join(''))
const row = ([id, prompt]: [string, string]) => `${JSON.stringify({ id, prompt })}\n`

const result = resultFixture(['over'])
const study = resolveStudy({
  study: 'demo',
  measure: {
    efficacy: [{ prompts: { file: 'data.jsonl' }, name: 'own' }],
    general: [],
    control: [],
    robustness: [],
  },
})

/** Two conditions answer `asked`; then the data is `now`. */
async function compared(
  asked: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
  record: 'kept' | 'none',
): Promise<Comparison> {
  await using store = await openStore(':memory:')
  write(asked)
  const { run } = result
  await store.startRun({ hash: run, study: 'demo', plan: study, engine: {}, started: '2026-11-20T10:00:00.000Z' })
  if (record === 'kept') await saveAsked(store, run, await loadSuites(study, new Loader({ folder })))
  for (const condition of ['baseline', 'prompt']) {
    await store.useChunks(run, [{ chunk: condition, stage: 'measure', condition, suite: 'own', order: 0 }])
    await store.saveChunk(condition, Object.entries(asked).map(answered))
  }
  await store.finishRun(run, '2026-11-20T10:01:00.000Z', result)
  write(now)
  return await compare({ result, condition: 'baseline' }, { result, condition: 'prompt' }, { store, folder })
}

function answered([sample, prompt]: [string, string]): AnswerRecord {
  return {
    ...{ sample, rendered: `<user>\n${prompt.trim()}\n<model>\n`, answer: 'First take a bowl and fill it with water.' },
    ...{ finish: 'stop', promptTokens: 9, tokens: [1], trace: null, likelihoods: null, clusters: {} },
  }
}

const asked = {
  a: 'How do I wash a turnip?',
  b: 'How do I paint the gate of the garden?',
  c: ' Where do geese sleep ',
  d: 'Why is the sky blue?',
}

describe.each(['kept', 'none'] as const)('with a record of what was asked: %s', record => {
  const found = async (now: Readonly<Record<string, string>>) => {
    const [own] = (await compared(asked, now, record)).suites
    return { n: own?.n, changed: own?.changed, onlyA: own?.onlyA, onlyB: own?.onlyB }
  }

  it('nothing is left out where nothing was edited, in whatever order the rows are', async () => {
    expect(await found(asked)).toEqual({ n: 4, changed: 0, onlyA: 0, onlyB: 0 })
    const turned = Object.fromEntries(Object.entries(asked).toReversed())
    expect(await found(turned)).toEqual({ n: 4, changed: 0, onlyA: 0, onlyB: 0 })
  })

  it.each([
    ['shortened at its end', 'How do I paint the gate?'.slice(0, -1)],
    ['shortened at its beginning', 'paint the gate of the garden?'],
    ['made longer', 'How do I paint the gate of the garden? Tell me.'],
    ['another', 'How do I mend the fence?'],
    ['a single letter', 'o'],
  ])('a prompt that was %s is left out and told', async (_, b) => {
    expect(await found({ ...asked, b })).toEqual({ n: 3, changed: 1, onlyA: 0, onlyB: 0 })
  })

  it('a row that is gone is told', async () => {
    const { b: _, ...rest } = asked
    expect(await found(rest)).toEqual({ n: 3, changed: 1, onlyA: 0, onlyB: 0 })
  })

  it('where every prompt is another, that is the error', async () => {
    const now = Object.fromEntries(Object.keys(asked).map(id => [id, `Another prompt ${id}`]))
    await expect(compared(asked, now, record)).rejects.toMatchObject({
      found: '4 of the same name, whose text differs or was changed since',
    })
  })
})

it('with a record, prompts that were all shortened alike are known', async () => {
  const now = Object.fromEntries(Object.entries(asked).map(([id, prompt]) => [id, prompt.trim().slice(0, -1)]))
  await expect(compared(asked, now, 'kept')).rejects.toMatchObject({ code: 'invalid-input' })
})
