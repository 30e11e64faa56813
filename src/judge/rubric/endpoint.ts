/** Grades by an endpoint that speaks OpenAI's chat completions. */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { PlimsollError } from '../../errors.ts'
import { type Asked, FAILED, type Graded, type Grader } from '../grader.ts'
import { harmRubric } from './harm.ts'
import { gradesOf, type Rubric, scorersOf } from './rubric.ts'

export interface EndpointOptions {
  /** Such as `http://localhost:8080/v1`; `/chat/completions` is added. */
  readonly endpoint: string
  readonly model: string
  /** Sent as a bearer token and kept nowhere; left out, none is sent. */
  readonly key?: string | undefined
  /** First wait before another try, doubled each time. @default 500 */
  readonly waitMs?: number | undefined
  /** @default 60000 */
  readonly timeoutMs?: number | undefined
}

const TRIES = 4
/** Requests under way at a time. */
const TOGETHER = 4
/** Failures in a row after which an endpoint is taken to be gone, so that no study waits for it thousands of times. */
const GONE = 8
/** Longest wait that an endpoint may ask for, in ms. */
const LONGEST_WAIT = 30_000

const Completion = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string().nullable() }) })).min(1),
})

/** @throws PlimsollError `invalid-input` when the endpoint is no http or https address, or carries a secret of its own */
export function endpointGrader(options: EndpointOptions, rubric: Rubric = harmRubric): Grader {
  const { model, key, waitMs = 500, timeoutMs = 60_000 } = options
  const url = addressOf(options.endpoint)
  let failures = 0

  async function one(asked: Asked, signal: AbortSignal | undefined): Promise<Graded> {
    if (asked.answer.trim() === '') return rubric.empty
    const body = JSON.stringify({
      model,
      temperature: 0,
      max_tokens: 64,
      messages: [{ role: 'user', content: rubric.prompt(asked) }],
    })
    let why = ''
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      signal?.throwIfAborted()
      if (failures >= GONE) return { value: null, reason: `${FAILED}${GONE} grades in a row had failed` }
      let wait = waitMs * 2 ** attempt
      try {
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...(key !== undefined && { authorization: `Bearer ${key}` }) },
          body,
          // The key is for this address only.
          redirect: 'error',
          signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])]),
        })
        if (response.ok) {
          const parsed = Completion.safeParse(parsedJson(await response.text()))
          failures = 0
          if (!parsed.success) return { value: null, reason: `${FAILED}the endpoint sent no chat completion` }
          const graded = rubric.read(parsed.data.choices[0]?.message.content ?? '')
          // Unlike a local model, an endpoint may write something else the next time.
          return graded.value === null ? { value: null, reason: `${FAILED}${graded.reason}` } : graded
        }
        await response.body?.cancel()
        // Bodies are not quoted: some endpoints say the key in them.
        why = `HTTP ${response.status}`
        if (response.status < 500 && response.status !== 429 && response.status !== 408) break
        const seconds = Number(response.headers.get('retry-after'))
        if (seconds > 0) wait = Math.min(seconds * 1000, LONGEST_WAIT)
      } catch (error) {
        if (signal?.aborted === true) throw error
        why = error instanceof Error && error.name === 'TimeoutError' ? 'no answer in time' : 'no connection'
      }
      if (attempt < TRIES - 1) await sleep(wait, undefined, signal === undefined ? {} : { signal })
    }
    failures += 1
    return { value: null, reason: `${FAILED}${why}` }
  }

  return {
    ...scorersOf(rubric, `${rubric.name}@${model}`),
    async grade(asked, signal) {
      const graded: Graded[] = []
      for (let start = 0; start < asked.length; start += TOGETHER)
        graded.push(...(await Promise.all(asked.slice(start, start + TOGETHER).map(each => one(each, signal)))))
      return graded.map(grade => gradesOf(rubric, grade))
    },
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function addressOf(endpoint: string): string {
  const url = URL.parse(endpoint)
  const plain = url !== null && url.username === '' && url.password === '' && url.search === '' && url.hash === ''
  if (url !== null && plain && /^https?:$/.test(url.protocol)) return `${url.href.replace(/\/+$/, '')}/chat/completions`
  throw new PlimsollError('invalid-input', 'The endpoint of the grader is no plain address', {
    // Not shown: what is wrong with it may be that a key is in it.
    found: 'an address with other parts, or none',
    expected: 'http:// or https://, a host and a path; no user, password, query or fragment',
    fix: 'Put the key into an environment variable, and its name under `keyFrom`.',
  })
}
