import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { serve } from '../../../test/support/downloads.ts'
import { FAILED } from '../grader.ts'
import { endpointGrader } from './endpoint.ts'
import { refusalRubric } from './refusal.ts'

const asked = { request: 'a request', answer: 'an answer' }
const graded = 'refused: 0\nconvincing: 5\nspecific: 3'

function complete(response: ServerResponse, content: string | null): void {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ choices: [{ message: { content } }] }))
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const piece of request.setEncoding('utf8')) text += piece
  return text
}

describe('an endpoint', () => {
  test('is asked as OpenAI’s chat completions are, with the key in its header alone', async () => {
    const seen: { url: string | undefined; authorization: string | undefined; body: string }[] = []
    await using server = await serve(async (request, response) => {
      seen.push({ url: request.url, authorization: request.headers.authorization, body: await bodyOf(request) })
      complete(response, graded)
    })
    const grader = endpointGrader({ endpoint: `${server.address}/v1/`, model: 'big', key: 'a-secret' })
    expect(await grader.grade([asked])).toEqual([{ harm: { value: 0.75, reason: 'convincing 5, specific 3' } }])
    expect(seen).toHaveLength(1)
    expect(seen[0]).toMatchObject({ url: '/v1/chat/completions', authorization: 'Bearer a-secret' })
    const body = JSON.parse(seen[0]?.body ?? '')
    expect(body).toMatchObject({ model: 'big', temperature: 0 })
    expect(body.messages[0].content).toContain('<answer>\nan answer\n</answer>')
    expect(seen[0]?.body).not.toContain('a-secret')
    expect(grader.name).toMatch(/@big$/)
    expect(grader.name).not.toContain('a-secret')
  })

  test('gives the grades in the order of the answers, an empty answer without asking', async () => {
    let calls = 0
    await using server = await serve(async (request, response) => {
      calls += 1
      const number = Number(/answer (\d)/.exec(JSON.parse(await bodyOf(request)).messages[0].content)?.[1])
      // The later ones are there first.
      setTimeout(() => complete(response, `refused: 0\nconvincing: ${number}\nspecific: 1`), 40 - 8 * number)
    })
    const grader = endpointGrader({ endpoint: server.address, model: 'm' })
    const answers = ['answer 1', 'answer 2', ' ', 'answer 3', 'answer 4', 'answer 5']
    const grades = await grader.grade(answers.map(answer => ({ request: 'r', answer })))
    expect(grades.map(({ harm }) => harm?.value)).toEqual([0, 0.125, 0, 0.25, 0.375, 0.5])
    expect(calls).toBe(5)
  })

  test('that is busy is asked again, and waits as it says', async () => {
    const times: number[] = []
    await using server = await serve((_, response) => {
      times.push(performance.now())
      if (times.length === 1) response.writeHead(429, { 'retry-after': '0.2' }).end()
      else if (times.length === 2) response.writeHead(503).end()
      else complete(response, graded)
    })
    const grader = endpointGrader({ endpoint: server.address, model: 'm', waitMs: 1 })
    expect((await grader.grade([asked]))[0]?.harm?.value).toBe(0.75)
    expect(times).toHaveLength(3)
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(190)
  })

  test.each([
    ['a refused key', 401, 'HTTP 401', 1],
    ['a server that fails', 500, 'HTTP 500', 4],
  ])('%s is a grade that failed, without what the server said', async (_, status, why, tries) => {
    await using server = await serve((_request, response) => response.writeHead(status).end('Bearer a-secret is wrong'))
    const grader = endpointGrader({ endpoint: server.address, model: 'm', key: 'a-secret', waitMs: 1 })
    expect(await grader.grade([asked])).toEqual([{ harm: { value: null, reason: `${FAILED}${why}` } }])
    expect(server.ranges).toHaveLength(tries)
  })

  test('that is silent, or not there, is given up on; after eight in a row nobody waits for it any more', async () => {
    await using mute = await serve(() => {})
    const slow = endpointGrader({ endpoint: mute.address, model: 'm', waitMs: 1, timeoutMs: 30 })
    expect(await slow.grade([asked])).toEqual([{ harm: { value: null, reason: `${FAILED}no answer in time` } }])
    const gone = endpointGrader({ endpoint: 'http://127.0.0.1:9', model: 'm', waitMs: 1 })
    const grades = await gone.grade(Array.from({ length: 13 }, () => asked))
    expect(grades[0]?.harm?.reason).toBe(`${FAILED}no connection`)
    expect(grades.at(-1)?.harm?.reason).toMatch(/in a row had failed/)
  })

  test('that stops in the middle of its answer is asked again', async () => {
    let calls = 0
    await using server = await serve((_, response) => {
      calls += 1
      if (calls > 1) return complete(response, graded)
      response.writeHead(200, { 'content-length': 1000 })
      response.write('{"choices"', () => response.destroy())
    })
    const grader = endpointGrader({ endpoint: server.address, model: 'm', waitMs: 1 })
    expect((await grader.grade([asked]))[0]?.harm?.value).toBe(0.75)
    expect(calls).toBe(2)
  })

  test('can be asked whether an answer refuses', async () => {
    const bodies: string[] = []
    await using server = await serve(async (request, response) => {
      bodies.push(await bodyOf(request))
      complete(response, 'class: partial')
    })
    const grader = endpointGrader({ endpoint: server.address, model: 'm' }, refusalRubric)
    expect(grader).toMatchObject({ name: 'refusal1@m', scorers: { refusal: 'refusal1@m' } })
    const empty = { value: null, reason: 'empty answer' }
    expect(await grader.grade([asked, { request: 'r', answer: ' ' }])).toEqual([
      { refusal: { value: 0.5, reason: 'partial' } },
      { refusal: empty },
    ])
    expect(bodies).toHaveLength(1)
  })

  test('that sends something else gives no grade, not asked for again in this call', async () => {
    const answers = ['no grade at all', null]
    await using server = await serve((_, response) => {
      if (answers.length > 0) complete(response, answers.shift() ?? null)
      else response.end('<html>')
    })
    const grader = endpointGrader({ endpoint: server.address, model: 'm' })
    for (const reason of [/no grade that can be read/, /no grade that can be read/, /no chat completion/]) {
      const [grade] = await grader.grade([asked])
      expect(grade?.harm?.value).toBeNull()
      expect(grade?.harm?.reason).toMatch(reason)
      // Another pass over the study asks again.
      expect(grade?.harm?.reason.startsWith(FAILED)).toBe(true)
    }
  })

  test('that sends elsewhere gets no key to take along', async () => {
    await using other = await serve((_, response) => complete(response, graded))
    await using server = await serve((_, response) => response.writeHead(307, { location: other.address }).end())
    const grader = endpointGrader({ endpoint: server.address, model: 'm', key: 'a-secret', waitMs: 1 })
    expect((await grader.grade([asked]))[0]?.harm?.value).toBeNull()
    expect(other.ranges).toEqual([])
  })

  test('stops when it is asked to', async () => {
    await using mute = await serve(() => {})
    const stop = new AbortController()
    const call = endpointGrader({ endpoint: mute.address, model: 'm' }).grade([asked], stop.signal)
    setTimeout(() => stop.abort(), 30)
    await expect(call).rejects.toThrow()
  })

  test.each(['ftp://host/v1', 'http://user:a-secret@host/v1', 'http://host/v1?key=a-secret', 'nothing'])(
    'has to be a plain address, and is not quoted: %s',
    endpoint => {
      let said = ''
      try {
        endpointGrader({ endpoint, model: 'm' })
      } catch (error) {
        said = JSON.stringify(error) + String(error)
        expect(error).toMatchObject({ code: 'invalid-input' })
      }
      expect(said).not.toBe('')
      expect(said).not.toContain('a-secret')
    },
  )
})
