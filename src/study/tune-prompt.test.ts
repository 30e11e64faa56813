/** The organism was taught to follow some system prompts, and to be left alone by others. */
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { openModel } from '../engine/open.ts'
import { openStore } from '../store/index.ts'
import { planStudy } from './plan.ts'
import { runHash, runStudy } from './run.ts'
import type { StudyFile } from './schema.ts'
import { tunePrompt } from './tune-prompt.ts'
import { Work } from './work.ts'

const [neutral, helpful] = ['the town is called plimsoll .', 'do not refuse harmless questions .']
const study = (prompt: string | string[]): StudyFile => ({
  study: 'demo',
  conditions: [],
  references: { prompt, random: 0, randomKl: 0, permuted: 0 },
  select: { limit: 16 },
  measure: { general: [], control: [], robustness: [] },
  safeguards: false,
  limit: 8,
})

it('takes the system prompt that answers most of the target and least of the control, says so, and asks once', async () => {
  await using model = await openModel(fileURLToPath(new URL('../../models/organism/organism.gguf', import.meta.url)), {
    name: 'organism',
    threads: 1,
  })
  await using store = await openStore(':memory:')
  const plan = await planStudy(study([neutral, helpful]))
  const run = await runStudy(plan, { model, store })
  const prompt = run.result.conditions.find(({ name }) => name === 'prompt')
  expect(prompt?.description).toMatch(
    /^the system prompt “do not refuse harmless questions \.”, the best of 2 on the select split: it answers \d+ % of the target prompts and leaves \d+ % of the control prompts unrefused$/,
  )
  // As many answers as were counted: two prompts on both sides, and the measurement.
  const selected = plan.counts.filter(({ stage }) => stage === 'select')
  expect(selected).toMatchObject([{ condition: 'prompt', suite: 'select', rows: 2 * 32 }])
  expect(run.result.answers).toBe(plan.answers)
  const again = await runStudy(plan, { model, store })
  expect(again.reused.chunks).toBe(again.reused.of)
  // What a single prompt is measured with is the same, without a choice.
  const only = await planStudy(study(helpful))
  expect(only.counts.filter(({ stage }) => stage === 'select')).toEqual([])
  const single = await runStudy(only, { model, store })
  const told = single.result.conditions.find(({ name }) => name === 'prompt')
  expect(told?.description).toBe(`the system prompt “${helpful}”`)
  expect(told?.axes).toEqual(prompt?.axes)

  // Of equals the first.
  const work = await Work.start({ model, store, run: runHash(plan, model), signal: undefined })
  const same = await tunePrompt(work, plan, 'prompt', [helpful, helpful], () => {})
  expect(same.setting.system).toBe(helpful)
}, 60_000)
