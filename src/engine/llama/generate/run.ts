/** One call from its first request to its last: what it gets depends on nothing but its requests. */
import type { LoadedModel } from '../model.ts'
import { Answer } from './answer.ts'
import { planContext } from './plan.ts'
import type { GenerateRequest, Listener } from './request.ts'
import { Scheduler } from './scheduler.ts'

/** @throws PlimsollError `cancelled`, `out-of-memory`, and what the listener throws */
export function generate(
  model: LoadedModel,
  requests: readonly GenerateRequest[],
  slots: number,
  listener: Listener,
): void {
  for (const together of Map.groupBy(requests, request => request.group.key).values()) {
    const group = model.fastPath.take(model, together)
    const plan = planContext(group, slots)
    const waiting = group.entries()
    using scheduler = new Scheduler(model, plan, () => {
      const { value, done } = waiting.next()
      if (done) return null
      const [place, request] = value
      return { answer: new Answer(model.vocabulary, request, listener), share: plan.shares[place] ?? null, place }
    })
    while (scheduler.step());
  }
}
