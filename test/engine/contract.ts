/** What every engine promises, as one list of behaviours over the `Model` interface. */
import { afterAll, beforeAll, describe } from 'vitest'
import { failureBehaviours } from './contract/failures.ts'
import { generationBehaviours } from './contract/generation.ts'
import { readingBehaviours } from './contract/reading.ts'
import { samplingBehaviours } from './contract/sampling.ts'
import { type Open, Subject } from './contract/subject.ts'
import { textBehaviours } from './contract/text.ts'

/**
 * Runs the contract on an engine.
 * @param agreement more behaviours on the same models, such as agreement with the oracle
 */
export function describeEngine(name: string, open: Open, agreement?: (subject: () => Subject) => void): void {
  describe(name, () => {
    let subject: Subject
    beforeAll(() => {
      subject = new Subject(open)
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
