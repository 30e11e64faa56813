/** What llama.cpp does with a callback, with batches and with sequences, at the one place that talks to it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { factsOf } from '../../src/engine/facts.ts'
import { readHeader } from '../../src/engine/header.ts'
import type { DecodeContext } from '../../src/engine/llama/context.ts'
import { LoadedModel } from '../../src/engine/llama/model.ts'
import type { Row, StateVisitor } from '../../src/engine/llama/state-callback.ts'
import { placeKey } from '../../src/engine/place.ts'
import { thrownBy } from '../support/thrown.ts'
import { writeTinyModel } from '../support/tiny-gguf.ts'
import { distance } from './contract/subject.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-context-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, 'tiny.gguf')
writeTinyModel(file)
const facts = factsOf(await readHeader(file))
let cancelled = false
const model = new LoadedModel(
  {
    file,
    name: 'tiny',
    fingerprint: 'none',
    threads: 1,
    cache: 'f32',
    flashAttention: 'off',
    facts,
    gpuLayers: 0,
    fastPath: 'off',
  },
  () => cancelled,
)

const place = placeKey('residual', 1)
const at = (visit: StateVisitor['visit']): StateVisitor => ({ wants: wanted => wanted === place, visit })
const run = (length: number, from = 97) => Array.from({ length }, (_, i) => from + i)
const [first, second] = [run(5), run(7, 104)]

function fresh(sequences = 1): DecodeContext {
  model.discardContext()
  return model.context({ sequences, cells: 256, outputs: 8 })
}
/** Logits after the last of the tokens, in a sequence that was emptied. */
function logitsOf(context: DecodeContext, tokens: readonly number[], sequence = 0): Float32Array {
  context.truncate(sequence, -1)
  context.decodeSequence(sequence, 0, tokens, 'last')
  return context.logits(0).slice()
}
describe('what goes wrong while states are read', () => {
  const expected = [logitsOf(fresh(), first), logitsOf(fresh(), second)] as const

  test('is an error of that batch, never the logits of the batch before', () => {
    const context = fresh()
    logitsOf(context, first)
    context.visitor = at(() => {
      throw new TypeError('from the visitor')
    })
    expect(thrownBy(() => logitsOf(context, second))).toMatchObject({ code: 'edit-failed', found: 'from the visitor' })
    context.visitor = null
    expect(logitsOf(context, second)).toEqual(expected[1])
  })

  test('as it is asked whether a state is wanted, too', () => {
    const context = fresh()
    logitsOf(context, first)
    const wants = () => {
      throw new TypeError('from the question')
    }
    context.visitor = { wants, visit: () => false }
    expect(thrownBy(() => logitsOf(context, second))).toMatchObject({ code: 'edit-failed', found: 'from the question' })
    context.visitor = null
    expect(logitsOf(context, first)).toEqual(expected[0])
  })

  test('a batch that is stopped half-way gives no logits at all, and the next one its own', () => {
    const context = fresh()
    logitsOf(context, first)
    context.visitor = at(() => {
      cancelled = true
      return false
    })
    expect(thrownBy(() => logitsOf(context, second))).toMatchObject({ code: 'cancelled' })
    cancelled = false
    context.visitor = null
    expect(logitsOf(context, second)).toEqual(expected[1])
  })
})

describe('a batch of which no more is wanted', () => {
  /** Wants the states of two layers, and nothing behind the first. */
  function untilFirst() {
    const wanted: number[] = []
    const visited: number[] = []
    const begun: number[] = []
    const visitor: StateVisitor = {
      begin: () => begun.push(visited.length),
      get done() {
        return visited.length > begun.length - 1
      },
      wants: key => {
        wanted.push(key)
        return key === place || key === placeKey('residual', 2)
      },
      visit: key => {
        visited.push(key)
        return false
      },
    }
    return { visitor, wanted, visited }
  }

  test('ends there, and has no logits', () => {
    const context = fresh()
    logitsOf(context, first)
    const { visitor, wanted, visited } = untilFirst()
    context.visitor = visitor
    expect(thrownBy(() => logitsOf(context, second))).toMatchObject({ code: 'internal' })
    expect(visited).toEqual([place])
    expect(wanted.at(-1)).toBe(place)
    context.decodeSequence(0, second.length, first, 'none')
    expect(visited).toEqual([place, place])
  })

  test('harms nothing that is computed after it', () => {
    const expected = logitsOf(fresh(2), second)
    const context = fresh(2)
    context.decodeSequence(1, 0, first, 'none')
    context.visitor = untilFirst().visitor
    context.decodeSequence(0, 0, first, 'none')
    context.visitor = null
    expect(logitsOf(context, second)).toEqual(expected)
    // What another sequence held is still there.
    context.decodeSequence(1, first.length, second, 'last')
    const after = context.logits(0).slice()
    const alone = fresh(2)
    alone.decodeSequence(1, 0, first, 'none')
    alone.decodeSequence(1, first.length, second, 'last')
    expect(after).toEqual(alone.logits(0))
  })
})

describe('rows and tokens', () => {
  /** The rows of the visited place, as they were said to be. */
  function rowsOf(context: DecodeContext, decode: () => void): { states: Float32Array; rows: readonly Row[] }[] {
    const visits: { states: Float32Array; rows: readonly Row[] }[] = []
    context.visitor = at((_, states, width, rows) => {
      visits.push({ states: states.slice(0, rows.length * width), rows: [...rows] })
      return false
    })
    decode()
    context.visitor = null
    return visits
  }
  const width = 48
  const row = (states: Float32Array | undefined, i: number) => states?.subarray(i * width, (i + 1) * width) ?? []

  test('row i is token i of a batch of one sequence', () => {
    const context = fresh()
    const [whole] = rowsOf(context, () => context.decodeSequence(0, 0, second, 'last'))
    expect(whole?.rows.map(({ position }) => position)).toEqual(second.map((_, i) => i))
    for (const i of second.keys()) {
      context.truncate(0, -1)
      const [part] = rowsOf(context, () => context.decodeSequence(0, 0, second.slice(0, i + 1), 'last'))
      expect(distance(row(part?.states, i), row(whole?.states, i))).toBeLessThan(1e-5)
    }
  })

  test('row i is token i of a batch with one token each of neighbouring sequences', () => {
    const context = fresh(4)
    const prompts = [run(3), run(6, 100), run(2, 110), run(9, 101)]
    for (const [sequence, tokens] of prompts.entries()) logitsOf(context, tokens, sequence)
    const steps = prompts.map((tokens, sequence) => ({ sequence, position: tokens.length, token: 120 + sequence }))
    const [together] = rowsOf(context, () => context.decodeStep(steps))
    expect(together?.rows.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3])
    for (const [i, tokens] of prompts.entries()) {
      const alone = fresh()
      const [visit] = rowsOf(alone, () => alone.decodeSequence(0, 0, [...tokens, 120 + i], 'last'))
      expect(distance(row(visit?.states, tokens.length), row(together?.states, i))).toBeLessThan(1e-5)
    }
  })

  test('equally long pieces of neighbouring sequences stand one behind the other, and each goes on by itself', () => {
    const context = fresh(4)
    const begun = [run(3), run(6, 100), run(2, 110), run(9, 101)]
    for (const [sequence, tokens] of begun.entries()) logitsOf(context, tokens, sequence)
    const pieces = begun.map((tokens, sequence) => ({
      sequence,
      position: tokens.length,
      tokens: run(5, 90 + sequence),
      output: sequence !== 1,
    }))
    const [together] = rowsOf(context, () => context.decodePieces(pieces))
    expect(together?.rows.map(({ sequence }) => sequence)).toEqual(
      pieces.flatMap(({ sequence }) => Array(5).fill(sequence)),
    )
    const logits = [0, 1, 2].map(output => context.logits(output).slice())
    for (const [i, { position, tokens, output: hasLogits }] of pieces.entries()) {
      const alone = fresh()
      const [visit] = rowsOf(alone, () => alone.decodeSequence(0, 0, [...begun[i]!, ...tokens], 'last'))
      for (const k of tokens.keys())
        expect(distance(row(visit?.states, position + k), row(together?.states, 5 * i + k))).toBeLessThan(1e-5)
      if (hasLogits) expect(distance(logits.shift() ?? [], alone.logits(0))).toBeLessThan(1e-4)
    }
    const unlike = [pieces[0]!, { ...pieces[1]!, tokens: [1] }]
    expect(() => fresh(2).decodePieces(unlike)).toThrow(RangeError)
  })

  test('a gap between sequences splits the batch, which is noticed before a row is taken for another', () => {
    const context = fresh(4)
    for (const sequence of [0, 1, 2, 3]) logitsOf(context, run(3 + sequence), sequence)
    const steps = [0, 2, 3].map(sequence => ({ sequence, position: 3 + sequence, token: 120 }))
    const visits: unknown[] = []
    const failure = thrownBy(() => visits.push(...rowsOf(context, () => context.decodeStep(steps))))
    expect(failure).toMatchObject({ code: 'internal', message: expect.stringMatching(/another number of rows/) })
  })
})

describe('sequences', () => {
  test('a copy goes on exactly as the one it was copied from', () => {
    const context = fresh(3)
    logitsOf(context, second, 0)
    context.copy(0, 2)
    const next = (sequence: number) => {
      context.decodeSequence(sequence, second.length, [99, 98], 'last')
      return context.logits(0).slice()
    }
    expect(next(2)).toEqual(next(0))
  })

  test('what one holds that is not a number does not reach the others, each in a stream of its own', () => {
    const context = fresh(2)
    const before = logitsOf(context, first, 1)
    context.visitor = at((_, states) => {
      states.fill(Number.NaN)
      return true
    })
    expect(Number.isNaN(logitsOf(context, second, 0)[0])).toBe(true)
    context.visitor = null
    expect(logitsOf(context, first, 1)).toEqual(before)
    // In its own stream it stays behind in cells that are not used any more, until they are overwritten.
    context.wipe()
    expect(logitsOf(context, first, 0)).toEqual(before)
  })
})
