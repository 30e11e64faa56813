/** What the simulations draw from. */
import { normalQuantile } from '../../src/measure/statistics/index.ts'
import { createRandom, type Random } from '../../src/random.ts'

export interface Source extends Random {
  normal(): number
}

/** `name` keeps scenarios apart: the same numbers every time, other ones for each. */
export function source(name: string): Source {
  const random = createRandom(20261126, name)
  return {
    ...random,
    // Box and Muller 1958.
    normal: () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next()),
  }
}

/** Whether a prompt has a property at two rates, by one latent trait that both sides share to `correlation`. */
export function correlatedPair(from: Source, rates: readonly [number, number], correlation: number) {
  const trait = from.normal()
  const other = correlation * trait + Math.sqrt(1 - correlation ** 2) * from.normal()
  return [trait < normalQuantile(rates[0]), other < normalQuantile(rates[1])] as const
}

/** What a judge says of an answer that has the property or not. */
export function judge(from: Source, label: boolean, sensitivity: number, specificity: number): boolean {
  return from.next() < (label ? sensitivity : 1 - specificity)
}

export interface GridModel {
  readonly templates: number
  readonly prompts: number
  /** Standard deviation of what the rows of a template have in common, on the probit scale where a row's own is 1. */
  readonly lean: Readonly<{ template: number; prompt: number }>
  readonly lost: number
  readonly gained: number
}

/** Rows of a grid: each is lost with Φ(a + its template's lean + its prompt's lean), and gained against the lean. */
export function grid(from: Source, { templates, prompts, lean, lost, gained }: GridModel) {
  const scale = Math.sqrt(1 + lean.template ** 2 + lean.prompt ** 2)
  const level = (rate: number) => (rate > 0 ? scale * normalQuantile(rate) : Number.NEGATIVE_INFINITY)
  const [down, up] = [level(lost), level(gained)]
  const byTemplate = Array.from({ length: templates }, () => lean.template * from.normal())
  const byPrompt = Array.from({ length: prompts }, () => lean.prompt * from.normal())
  return byTemplate.flatMap((t, i) =>
    byPrompt.map((p, j) => {
      const own = from.normal()
      const value = own < down + t + p ? -1 : -own < up - t - p ? 1 : 0
      return { value, template: `${i}`, prompt: `${j}` }
    }),
  )
}
