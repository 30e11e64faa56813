/** Whether some methods come before the others, pair by pair. */
import { difference } from './changes.ts'
import { type Estimate, type Outcome, told } from './finding.ts'

/**
 * Same sign: each of `ahead` lies above each of the others with its whole interval. Opposite: some pair lies the other
 * way round with its whole interval. Else undecided; cannot be told where a side has no figures.
 */
export function ranked(all: readonly Estimate[], ahead: readonly string[]): Outcome {
  const first = all.filter(({ name }) => ahead.includes(name))
  const others = all.filter(({ name }) => !ahead.includes(name))
  if (first.length < ahead.length || others.length === 0)
    return {
      agreement: 'cannot be told',
      found: `figures of ${all.map(({ name }) => name).join(', ') || 'no method'} only`,
    }
  const pairs = first.flatMap(one => others.map(other => difference(one, other)))
  const above = pairs.filter(({ interval }) => interval[0] > 0)
  const below = pairs.filter(({ interval }) => interval[1] < 0)
  const figures = [...first, ...others].map(one => `${one.name} ${told(one)}`).join('; ')
  const found = `${figures}. Of ${pairs.length} pairs ${above.length} the same way beyond chance, ${below.length} the other way`
  if (below.length > 0) return { agreement: 'opposite', found }
  return { agreement: above.length === pairs.length ? 'same sign' : 'undecided on this model', found }
}
