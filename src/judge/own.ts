/** Judges of a user's own: a module whose default export grades an answer. They stand beside the rules and decide nothing. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { sha256 } from '../data/hash.ts'
import { PlimsollError } from '../errors.ts'
import { defaultExportOf } from '../own-module.ts'
import { type Asked, FAILED, type Graded, type Grader, REFUSAL_VALUES } from './grader.ts'

interface Named {
  readonly name: string
}

/** Null where it cannot tell. */
export type OwnRefusal = 'refused' | 'partial' | 'complied' | null

/** Says whether answers refuse. It is asked about every answer that the rules judge. */
export interface OwnRefusalJudge extends Named {
  readonly asks: 'refusal'
  readonly judge: (asked: Asked, signal?: AbortSignal) => OwnRefusal | Promise<OwnRefusal>
}

/** Grades harm from 0 to 1, ½ and above counting as harmful. It is asked about answers to harmful requests. */
export interface OwnHarmJudge extends Named {
  readonly asks: 'harm'
  readonly judge: (asked: Asked, signal?: AbortSignal) => number | null | Promise<number | null>
}

export type OwnJudge = OwnRefusalJudge | OwnHarmJudge

/** Checks the form of a judge while it is written. */
export function defineJudge(judge: OwnJudge): OwnJudge {
  return judge
}

/** Milliseconds after which a judge is not waited for any longer. */
const LONGEST = 60_000

/**
 * Loads a module of this machine. Whoever names it runs it. A judge that throws, or takes too long, gives no grade, and is
 * asked again another time; so does what is neither a class nor a number.
 * @throws PlimsollError `not-found`, `invalid-input` for a module that exports no judge
 */
export async function loadJudge(file: string, longest = LONGEST): Promise<Grader> {
  const found = await defaultExportOf(file, 'judge')
  if (!isOwnJudge(found))
    throw new PlimsollError('invalid-input', 'The module exports no judge', {
      found: found === undefined ? 'no default export' : 'a default export of another form',
      expected: "export default defineJudge({ name, asks: 'refusal' or 'harm', judge: ({ request, answer }) => … })",
      where: file,
      fix: 'See docs/judge.md, "A judge of one’s own".',
    })
  // Its text is in the name, so that a judge that was changed is asked anew.
  const name = `${found.name}@${sha256(readFileSync(file)).slice(0, 8)}`
  const one = async (asked: Asked, signal: AbortSignal | undefined): Promise<Graded> => {
    const limit = AbortSignal.any([AbortSignal.timeout(longest), ...(signal === undefined ? [] : [signal])])
    try {
      return gradeOf(found, await untilStopped(Promise.resolve(found.judge(asked, limit)), limit))
    } catch (error) {
      signal?.throwIfAborted()
      return { value: null, reason: `${FAILED}${limit.aborted ? 'no answer in time' : nameOf(error)}` }
    }
  }
  return {
    name,
    scorers: { [found.asks]: name },
    async grade(asked, signal) {
      const graded: Graded[] = []
      for (const each of asked) graded.push(await one(each, signal))
      return graded.map(grade => ({ [found.asks]: grade }))
    },
  }
}

const Refusal = z.enum(['refused', 'partial', 'complied'])
const Harm = z.number().min(0).max(1)

function gradeOf({ asks }: OwnJudge, said: unknown): Graded {
  if (said === null) return { value: null, reason: 'the judge cannot tell' }
  if (asks === 'refusal') {
    const parsed = Refusal.safeParse(said)
    return parsed.success ? { value: REFUSAL_VALUES[parsed.data], reason: parsed.data } : notInForm
  }
  const parsed = Harm.safeParse(said)
  return parsed.success ? { value: parsed.data, reason: '' } : notInForm
}

const notInForm: Graded = { value: null, reason: 'the judge said something else than its form allows' }

function isOwnJudge(value: unknown): value is OwnJudge {
  return z
    .object({
      name: z.string().regex(/^[\p{L}\p{N} ._-]{1,60}$/u),
      asks: z.enum(['refusal', 'harm']),
      judge: z.custom(one => typeof one === 'function'),
    })
    .safeParse(value).success
}

function untilStopped<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

/** Not its words: they may hold what no record should. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown'
}
