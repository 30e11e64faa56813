import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resultFixture } from '../../../test/support/result-fixture.ts'
import { PlimsollError } from '../../errors.ts'
import { openStore, type Store } from '../../store/index.ts'
import { resolveStudy } from '../config.ts'
import type { StudyResult } from '../result.ts'
import { findSide, type ResultAtHand, Stores } from './side.ts'

/** Two methods, under a name that a shell would take apart. */
const several: StudyResult = { ...resultFixture(['over', 'within']), study: 'several of them' }
const none: StudyResult = { ...resultFixture([]), study: 'none', run: '00000000aaaaaaaa' }

let store: Store
let stores: Stores
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-side-'))
const file = join(folder, 'report.json')
beforeAll(async () => {
  store = await openStore(':memory:')
  stores = new Stores(store)
  for (const result of [several, none]) {
    const { run, study } = result
    const plan = resolveStudy({ study: 'demo' })
    await store.startRun({ hash: run, study, plan, engine: {}, started: '2026-11-20T10:00:00.000Z' })
    await store.finishRun(run, '2026-11-20T10:01:00.000Z', result)
  }
  writeFileSync(file, JSON.stringify(several))
})
afterAll(async () => {
  await store[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

async function refusal(reference: string | ResultAtHand): Promise<PlimsollError> {
  const thrown: unknown = await findSide(reference, stores).catch((error: unknown) => error)
  if (thrown instanceof PlimsollError) return thrown
  throw new Error('nothing was refused', { cause: thrown })
}

/** What a shell makes of the hint. */
const typed = ({ fix = '' }: PlimsollError) =>
  /^(?:Write|Did you mean) "?(.+?)"?(?:, for example\.|\?)$/.exec(fix)?.[1] ?? ''

describe('where several conditions may be meant', () => {
  it.each([['several of them'], [several.run.slice(0, 8)], [file]])(
    'the hint after %s can be typed as it stands, and names a method',
    async reference => {
      const error = await refusal(reference)
      expect(error).toMatchObject({
        message: 'several of them has 2 methods: say which condition is meant',
        found: reference,
      })
      expect(typed(error)).toBe(`${reference}:constrained@6×1`)
      expect((await findSide(typed(error), stores)).condition.role).toBe('method')
      expect(error.expected).toContain(`${reference}:diffmean@5×2`)
      expect(error.expected).toContain(`${reference}:random-1`)
    },
  )

  it('what a shell would take apart stands in quotes', async () => {
    expect((await refusal('several of them')).fix).toBe('Write "several of them:constrained@6×1", for example.')
    expect((await refusal('4f2a9c1e')).fix).toBe('Write 4f2a9c1e:constrained@6×1, for example.')
  })

  it('a result at hand is told which condition to name', async () => {
    expect((await refusal({ result: several })).fix).toBe(
      'Write { result, condition: "constrained@6×1" }, for example.',
    )
  })

  it('a study without a method names what it has', async () => {
    const error = await refusal('none')
    expect(error.message).toBe('none has no method: say which condition is meant')
    expect((await findSide(typed(error), stores)).condition.name).toBe('baseline')
  })
})

describe('a condition that is not there', () => {
  it.each([['several of them'], [several.run.slice(0, 8)], [file]])('is corrected as %s was typed', async reference => {
    const error = await refusal(`${reference}:randm-1`)
    expect(typed(error)).toBe(`${reference}:random-1`)
    expect((await findSide(typed(error), stores)).condition.name).toBe('random-1')
    expect(typed(await refusal(`${reference}:xyz`))).toBe(`${reference}:${several.conditions[0]?.name}`)
  })
})
