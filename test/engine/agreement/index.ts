/** An engine against the reference transformer. */
import { type Site, sites } from '../../../src/engine/index.ts'
import type { Subject } from '../contract/subject.ts'
import { agreementAtPlaces } from './places.ts'
import { agreementOfText } from './text.ts'

export interface Agreement {
  /** Sites that the models have; default all. */
  readonly has?: readonly Site[]
  /** Of log-probabilities and states; default 1e-4. */
  readonly tolerance?: number
}

export function agreement({ has = sites, tolerance }: Agreement = {}): (subject: () => Subject) => void {
  return subject => {
    agreementOfText(subject, tolerance)
    agreementAtPlaces(subject, has, tolerance)
  }
}
