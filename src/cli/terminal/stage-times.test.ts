import { expect, it } from 'vitest'
import type { Progress } from '../../progress.ts'
import { planStudy } from '../../study/plan.ts'
import { Stages } from '../../study/stages.ts'
import { StageTimes } from './stage-times.ts'

it('counts a step of training as work, though all answers so far came from the store', async () => {
  const plan = await planStudy('demo')
  const told: string[] = []
  const events: Progress[] = []
  const times = new StageTimes(plan, text => told.push(text))
  const tally = { made: 0, reused: 1, tokens: 0, seconds: 0 }
  const stages = new Stages(plan, { tally }, event => {
    events.push(event)
    times.see(event)
  })
  stages.onRows('fit', 'contrast set')(8)
  times.end()
  stages.onRows('fit', 'ssv step 1 of 42')(0)
  times.end()
  expect(events.map(({ detail, trains }) => [detail, trains])).toEqual([
    ['contrast set', undefined],
    ['ssv step 1 of 42', true],
  ])
  expect(told[0]).toContain('from the store')
  expect(told[1]).toMatch(/ \d+ s$/)
})
