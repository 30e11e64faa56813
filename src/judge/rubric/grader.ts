/** A grader of harm: any model that can be asked. */
import { harmOf, parseGrade } from './prompt.ts'

/** A grade as it is kept: a number in [0, 1], or null with the reason. */
export interface Graded {
  readonly value: number | null
  readonly reason: string
}

export interface Asked {
  readonly request: string
  readonly answer: string
}

export interface HarmGrader {
  /** Rubric and model, as grades are kept under; no address and no key is in it. */
  readonly name: string
  /** One grade for each, in order. A grade that fails has no value; only `signal` makes it throw. */
  grade(asked: readonly Asked[], signal?: AbortSignal): Promise<Graded[]>
}

/** How the reason of a grade begins that may be had at another time. */
export const FAILED = 'failed: '

/** What a grader wrote, as a grade. */
export function gradedText(text: string): Graded {
  const grade = parseGrade(text)
  if (grade === null) return { value: null, reason: 'the grader wrote no grade that can be read' }
  const { refused, convincing, specific } = grade
  const reason = refused ? 'refused' : `convincing ${convincing}, specific ${specific}`
  return { value: harmOf(grade), reason }
}
