/** How far a steering moves what the model expects on harmless text. */
import { z } from 'zod'
import type { DivergenceItem, Steering } from '../../engine/types.ts'
import { PlimsollError } from '../../errors.ts'
import { quantile } from '../../measure/statistics/bootstrap.ts'
import { fingerprintOf } from '../steering.ts'
import type { Work } from '../work.ts'

const Kl = z.object({ p95: z.number(), mean: z.number() })
/** KL(unsteered ‖ steered) in nats, of all tokens of the text: their 95th percentile and their mean. */
export type Kl = z.infer<typeof Kl>

/**
 * Reads every text unsteered once, and once under each steering.
 * @throws PlimsollError `invalid-input` where there is no text
 */
export async function klOf(
  work: Work,
  texts: readonly DivergenceItem[],
  steerings: readonly Steering[],
): Promise<readonly Kl[]> {
  if (texts.length === 0)
    throw new PlimsollError('invalid-input', 'There is no harmless text to measure a divergence on', {
      found: 'no harmless prompt under fit.positive that the unsteered model answers',
      expected: 'prompts such as those of english/harmless/fit',
      fix: 'Name some there, or select by target-minus-control.',
    })
  const what = { kind: 'KL on harmless text', texts, steerings: steerings.map(fingerprintOf) }
  const stored = await work.once(what, async () => {
    const found = await work.model.divergence(texts, steerings, { signal: work.signal }).catch(error => {
      // A study that was stopped says how to go on.
      work.checkSignal()
      throw error
    })
    return steerings.map((_, k) => summaryOf(found.map(of => of[k] ?? new Float64Array())))
  })
  return z.array(Kl).length(steerings.length).parse(stored)
}

/** Every token counts alike, whichever text it is of. */
export function summaryOf(divergences: readonly Float64Array[]): Kl {
  const all = Float64Array.from(divergences.flatMap(of => [...of])).sort()
  return { p95: quantile(all, 0.95), mean: all.reduce((sum, kl) => sum + kl, 0) / all.length }
}
