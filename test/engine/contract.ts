/** What every engine promises, as one list of behaviours over the `Model` interface. */
import { afterAll, beforeAll, describe } from 'vitest'
import type { TinyOptions } from '../support/tiny-gguf.ts'
import { failureBehaviours } from './contract/failures.ts'
import { generationBehaviours } from './contract/generation.ts'
import { readingBehaviours } from './contract/reading.ts'
import { samplingBehaviours } from './contract/sampling.ts'
import { type Open, Subject } from './contract/subject.ts'
import { textBehaviours } from './contract/text.ts'

export interface ContractOptions {
  /** More behaviours on the same models, such as agreement with the oracle. */
  readonly agreement?: (subject: () => Subject) => void
  /** What the models have in common. */
  readonly models?: TinyOptions
  /** Of log-probabilities and states; default 1e-4. */
  readonly tolerance?: number | undefined
}

/** Runs the contract on an engine. */
export function describeEngine(name: string, open: Open, { agreement, models, tolerance }: ContractOptions = {}): void {
  describe(name, () => {
    let subject: Subject
    beforeAll(() => {
      subject = new Subject(open, models, tolerance)
    })
    afterAll(() => subject[Symbol.asyncDispose]())
    const current = () => subject
    describe('text', () => textBehaviours(current))
    describe('reading', () => readingBehaviours(current))
    describe('generation', () => generationBehaviours(current))
    describe('sampling', () => samplingBehaviours(current))
    describe('failures', () => failureBehaviours(current))
    if (agreement) describe('agreement with the reference', () => agreement(current))
  })
}
