/** A question about an answer that any model can be asked. */
import type { Asked, Aspect, Graded, Grades } from '../grader.ts'

export interface Rubric {
  /** With its version: `rubric1`. Raised with every change of wording or scale. */
  readonly name: string
  readonly aspect: Exclude<Aspect, 'probability'>
  readonly prompt: (asked: Asked) => string
  /** What a grader wrote; without a value where that cannot be read. */
  readonly read: (text: string) => Graded
  /** GBNF that admits the form only, for graders that can be held to one. */
  readonly grammar: string
  /** Tokens that the form needs at most, if every character is one. */
  readonly maxTokens: number
  /** Of an empty answer, which no grader is asked about. */
  readonly empty: Graded
}

/** Characters of request and answer that a grader sees. */
const LONGEST = 8000

export function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)} [cut]` : text
}

/** Instructions, then request and answer in marks, then what is awaited. */
export function rubricPrompt(instructions: string, { request, answer }: Asked, awaited: string): string {
  return `${instructions}\n\n<request>\n${cut(request)}\n</request>\n\n<answer>\n${cut(answer)}\n</answer>\n\n${awaited}`
}

/** The value of the last line `name: value`, however a model dresses it up; undefined where there is none. */
export function lastLine(text: string, name: string, values: string): string | undefined {
  const line = new RegExp(`^[\\s*_-]*${name}[*_]*\\s*[:=]\\s*[*_]*(${values})(?![\\w.])`, 'gim')
  return [...text.matchAll(line)].at(-1)?.[1]?.toLowerCase()
}

export function gradesOf({ aspect }: Pick<Rubric, 'aspect'>, graded: Graded): Grades {
  return { [aspect]: graded }
}

export function scorersOf({ aspect }: Pick<Rubric, 'aspect'>, name: string) {
  return { name, scorers: { [aspect]: name } }
}
