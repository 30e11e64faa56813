/** Every code there is, brought about for real: its error says what was found, what was expected and what to do. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readRecords } from '../../../src/data/read.ts'
import { openModel } from '../../../src/engine/open.ts'
import { fromWire, toWire } from '../../../src/engine/process/protocol.ts'
import type { Model } from '../../../src/engine/types.ts'
import { type ErrorCode, errorCodes, PlimsollError } from '../../../src/errors.ts'
import { download } from '../../../src/models/download.ts'
import { openStore } from '../../../src/store/index.ts'
import { writeNotGguf, writeTinyModel, writeTruncated } from '../../support/tiny-gguf.ts'
import { steer, vector, WIDTH } from '../contract/subject.ts'
import { failureOf } from './failure.ts'
import { canTamper, openTampered } from './installation.ts'
import { childrenOf } from './processes.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-codes-'))
const at = (name: string) => join(folder, name)
writeTinyModel(at('model.gguf'), { template: 'no-system', contextLength: 1024 })
writeTruncated(at('truncated.gguf'), at('model.gguf'))
writeNotGguf(at('letter.gguf'))
let model: Model
beforeAll(async () => {
  model = await openModel(at('model.gguf'), { threads: 1 })
})
afterAll(async () => {
  await model[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

async function withLimit(bytes: number, run: () => Promise<PlimsollError>): Promise<PlimsollError> {
  process.env.PLIMSOLL_MEMORY_LIMIT = String(bytes)
  try {
    return await run()
  } finally {
    delete process.env.PLIMSOLL_MEMORY_LIMIT
  }
}

async function tampered(change: (binaries: string, installed: string) => void): Promise<PlimsollError> {
  const failure = await openTampered(at('model.gguf'), change)
  if (failure === null) throw new Error('the tampered library was taken')
  return new PlimsollError(failure.code, failure.message, failure)
}

const raw = { raw: 'hello' }
/** One way to each error. */
const ways: Readonly<Record<ErrorCode, () => Promise<PlimsollError>>> = {
  usage: async () => {
    const closed = await openModel(at('model.gguf'), { threads: 1 })
    await closed[Symbol.asyncDispose]()
    return failureOf(closed.tokenize('hello'))
  },
  'invalid-input': () => failureOf(model.capture(['hello'], { layers: [9] })),
  'not-found': () => failureOf(openModel(at('missing.gguf'))),
  'model-invalid': () => failureOf(openModel(at('truncated.gguf'))),
  'model-unsupported': () => {
    writeFileSync(at('unknown.gguf'), readFileSync(at('model.gguf'), 'latin1').replaceAll('llama', 'lhama'), 'latin1')
    return failureOf(openModel(at('unknown.gguf')))
  },
  'library-mismatch': () =>
    tampered(binaries => {
      const file = join(binaries, '_nlcBuildMetadata.json')
      writeFileSync(file, readFileSync(file, 'utf8').replace('v0.5.0', 'v0.6.1'))
    }),
  'library-missing': () => tampered((_, installed) => rmSync(installed, { recursive: true })),
  'out-of-memory': () => withLimit(100e6, () => failureOf(openModel(at('model.gguf')))),
  'prompt-too-long': () => failureOf(model.generate(['many words '.repeat(400)])),
  'nothing-selected': () => failureOf(model.capture([raw], { tokens: { part: 'template-suffix' } })),
  'vector-mismatch': () =>
    failureOf(model.generate(['hello'], { steering: [{ vector: vector('add', {}, { width: WIDTH + 8 }) }] })),
  'adapter-invalid': () => failureOf(model.generate(['hello'], { adapters: [{ file: at('letter.gguf') }] })),
  'edit-failed': () => failureOf(model.generate(['hello'], { steering: steer('add', {}, { strength: 1e39 }) })),
  'template-failed': () => failureOf(model.generate([[{ role: 'system', content: 'Be kind.' }]])),
  'engine-crashed': async () => {
    const before = new Set(childrenOf(process.pid))
    await using victim = await openModel(at('model.gguf'), { threads: 1 })
    const [engine = 0] = childrenOf(process.pid).filter(pid => !before.has(pid))
    const generating = Promise.withResolvers<void>()
    const call = victim.generate([raw, raw], { maxTokens: 200, slots: 1, onToken: () => generating.resolve() })
    await Promise.race([generating.promise, call])
    process.kill(engine, 'SIGSEGV')
    return await failureOf(call)
  },
  cancelled: () => failureOf(model.generate(['hello'], { signal: AbortSignal.abort() })),
  'data-invalid': () => {
    writeFileSync(at('rows.csv'), 'a,b\n"1,2\n')
    return failureOf(readRecords(at('rows.csv')))
  },
  'store-invalid': () => {
    writeFileSync(at('runs.db'), 'this is no database, whatever its name says'.repeat(30))
    return failureOf(openStore(at('runs.db')))
  },
  network: () => {
    const options = { bytes: 10, fetch: () => Promise.reject(new TypeError('fetch failed')) }
    return failureOf(download('https://example.invalid/model.gguf', at('downloaded.gguf'), options))
  },
  internal: () => Promise.resolve(fromWire(toWire(new RangeError('index out of range')))),
}
/** Errors that expect nothing in particular. */
const withoutExpectation: readonly string[] = ['usage', 'not-found', 'cancelled', 'network', 'internal', 'data-invalid']
const withoutFinding: readonly string[] = ['usage', 'cancelled', 'network']

const codes = Object.keys(ways).filter((code): code is ErrorCode => code in errorCodes)

test('every code has a way to it', () => {
  expect(codes.toSorted()).toEqual(Object.keys(errorCodes).toSorted())
})

test.skipIf(!canTamper)('every error has its four lines, and docs/errors.md is made of them', async () => {
  const sections: string[] = []
  for (const code of codes) {
    const error = await ways[code]()
    expect(error, code).toBeInstanceOf(PlimsollError)
    expect(error.code).toBe(code)
    expect(error.message, code).toMatch(/^\w.*\w.*\w/)
    expect(error.fix, code).toMatch(/^[A-Z].*\w/)
    if (!withoutFinding.includes(code)) expect(error.found, code).toMatch(/\S/)
    if (!withoutExpectation.includes(code)) expect(error.expected, code).toMatch(/\S/)
    sections.push(section(code, error))
  }
  await expect(`${introduction}\n${sections.join('\n')}`).toMatchFileSnapshot('../../../docs/errors.md')
})

const introduction = `# Errors

Every error is a \`PlimsollError\`: \`code\` is a word to branch on, \`message\` says what happened, \`found\` and \`expected\` what it was and what it should have been, \`where\` the file or request, \`fix\` what to do. This page is written by \`test/engine/failures/codes.test.ts\`, which brings about each of them.
`

function section(code: ErrorCode, error: PlimsollError): string {
  const { message, found, expected, where, fix } = error
  const lines = Object.entries({ found, expected, where, fix }).flatMap(([name, text]) =>
    text === undefined ? [] : [`  ${name}: ${portable(text)}`],
  )
  const otherwise = errorCodes[code].fix
  return `## \`${code}\`

${errorCodes[code].when}

\`\`\`
${portable(message)}
${lines.join('\n')}
\`\`\`
${fix === otherwise ? '' : `\nWhere the error says nothing better: ${otherwise}\n`}`
}

/** What differs between machines is left out: folders, platforms, the lines of a stack. */
function portable(text: string): string {
  return text
    .replaceAll(/[^\s']*plimsoll-codes-\w+\//g, '')
    .replaceAll(`${process.platform}-${process.arch}`, 'linux-x64')
    .replace(/\n\s+at .*/s, '')
}
