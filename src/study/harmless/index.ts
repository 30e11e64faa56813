/** How strong a steering is, told on harmless text. */
import type { DivergenceItem, Steering } from '../../engine/types.ts'
import type { Plan } from '../plan.ts'
import type { Work } from '../work.ts'
import { type Kl, klOf } from './kl.ts'
import { harmlessTexts } from './texts.ts'
import { normsAt, type Units, unitsOf } from './units.ts'

export type { Kl } from './kl.ts'
export { harmlessPrompts, klPrompts } from './texts.ts'
export type { Units } from './units.ts'

/** The texts, answered when they are first needed. */
export class Harmless {
  readonly #work: Work
  readonly #plan: Pick<Plan, 'fit' | 'study'>
  #texts: Promise<DivergenceItem[]> | null = null

  constructor(work: Work, plan: Pick<Plan, 'fit' | 'study'>) {
    this.#work = work
    this.#plan = plan
  }

  /** None where the study names no harmless prompts, or the model answers none of them. */
  texts(): Promise<readonly DivergenceItem[]> {
    this.#texts ??= harmlessTexts(this.#work, this.#plan)
    return this.#texts
  }

  /** @throws PlimsollError `invalid-input` where there is no text */
  async kl(steerings: readonly Steering[]): Promise<readonly Kl[]> {
    return klOf(this.#work, await this.texts(), steerings)
  }

  /** Each steering in three units; KL where it was measured. */
  async units(steered: readonly { readonly steering: Steering; readonly kl: Kl | null }[]): Promise<Units[]> {
    const { info } = this.#work.model
    const steerings = steered.map(({ steering }) => steering)
    const norms = await normsAt(this.#work, await this.texts(), steerings)
    return steered.map(({ steering, kl }) => unitsOf(steering, info, norms, kl))
  }
}
