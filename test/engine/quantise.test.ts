/** A model written anew in another type is the same model, nearly; what goes wrong leaves no file. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readHeader } from '../../src/engine/header.ts'
import { openModel, quantiseModel, type WeightType } from '../../src/engine/index.ts'
import { dot, norm } from '../../src/steer/algebra/vectors.ts'
import { writeTinyModel } from '../support/tiny-gguf.ts'
import { failureOf } from './failures/failure.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-quantise-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string) => join(folder, name)
const organism = 'models/organism/organism.gguf'
const where = { layers: [4], tokens: { phase: 'prompt', last: 1 } } as const
const prompt = 'How do I bake bread?'

const cosine = (a: Float32Array, b: Float32Array) => dot(a, b) / (norm(a) * norm(b))

async function stateOf(file: string): Promise<Float32Array> {
  await using model = await openModel(file, { threads: 1 })
  const { states } = await model.capture([prompt], where)
  return states[0]?.[0] ?? new Float32Array()
}

describe('a model written anew', () => {
  const written: readonly (readonly [WeightType, number, number])[] = [
    // ggml's number of the type; how alike a state of a middle layer is.
    ['q8_0', 8, 0.999],
    ['q4_0', 2, 0.97],
  ]
  test.each(written)(
    'in %s has its matrices in that type, its template, and its states',
    async (type, number, alike) => {
      const file = at(`${type}.gguf`)
      const told: number[][] = []
      await quantiseModel(organism, file, { type, onProgress: ({ done, total }) => told.push([done, total]) })
      const [before, after] = [await readHeader(organism), await readHeader(file)]
      expect(told).toEqual(before.tensors.map((_, i) => [i + 1, before.tensors.length]))
      expect(after.metadata.get('tokenizer.chat_template')).toBe(before.metadata.get('tokenizer.chat_template'))
      const types = new Map(after.tensors.map(tensor => [tensor.name, tensor.type]))
      expect(types.get('blk.3.ffn_up.weight')).toBe(number)
      expect(types.get('blk.3.ffn_norm.weight')).toBe(0)
      expect(after.size).toBeLessThan(before.size)
      const likeness = cosine(await stateOf(file), await stateOf(organism))
      expect(likeness).toBeGreaterThan(alike)
      expect(likeness).toBeLessThan(1)
    },
  )

  test('is another model: it has a fingerprint of its own', async () => {
    if (!existsSync(at('q8_0.gguf'))) await quantiseModel(organism, at('q8_0.gguf'))
    await using one = await openModel(organism, { threads: 1 })
    await using other = await openModel(at('q8_0.gguf'), { threads: 1 })
    expect(other.info.fingerprint).not.toBe(one.info.fingerprint)
    expect(other.info).toMatchObject({ quantisation: 'Q8_0', layers: one.info.layers, width: one.info.width })
  })
})

describe('what cannot be written leaves nothing', () => {
  const empty = (name: string) => {
    const inside = at(name)
    return { file: join(inside, 'new.gguf'), left: () => (existsSync(inside) ? readdirSync(inside) : []) }
  }

  test('over a file that is there', async () => {
    writeFileSync(at('there.gguf'), 'mine')
    const error = await failureOf(quantiseModel(organism, at('there.gguf')))
    expect(error).toMatchObject({ code: 'invalid-input', where: at('there.gguf') })
    expect(readFileSync(at('there.gguf'), 'utf8')).toBe('mine')
  })

  test('in a type that nobody offers, and from a file that is not there', async () => {
    const { file, left } = empty('none')
    expect(await failureOf(quantiseModel(organism, file, { type: 'q5_k' as never }))).toMatchObject({
      code: 'invalid-input',
      found: 'q5_k',
      expected: 'q8_0 or q4_0',
    })
    expect(await failureOf(quantiseModel(at('no.gguf'), file))).toMatchObject({ code: 'not-found' })
    expect(left()).toEqual([])
  })

  test('of an architecture that llama.cpp does not know', async () => {
    const { file, left } = empty('unknown')
    const text = readFileSync(organism).toString('latin1').replaceAll('llama', 'lhama')
    writeFileSync(at('unknown.gguf'), Buffer.from(text, 'latin1'))
    const error = await failureOf(quantiseModel(at('unknown.gguf'), file))
    expect(error).toMatchObject({ code: 'model-invalid', found: expect.stringMatching(/lhama/) })
    expect(left()).toEqual([])
  })

  test('where llama.cpp aborts over it', async () => {
    const { file, left } = empty('abort')
    const change = ({ metadata }: { metadata: Record<string, unknown> }) => {
      metadata['llama.expert_used_count'] = { u32: 2 }
    }
    writeTinyModel(at('abort.gguf'), { change })
    const error = await failureOf(quantiseModel(at('abort.gguf'), file))
    expect(error).toMatchObject({ code: 'engine-crashed', found: expect.stringMatching(/^SIGABRT: .*GGML_ASSERT/) })
    expect(left()).toEqual([])
  })

  test('where two calls write one file at once: one of them does, whole', async () => {
    const { file, left } = empty('twice')
    const both = [quantiseModel(organism, file, { type: 'q8_0' }), quantiseModel(organism, file, { type: 'q4_0' })]
    const ended = await Promise.allSettled(both)
    const written = ended.flatMap((one, i) => (one.status === 'fulfilled' ? [(['q8_0', 'q4_0'] as const)[i]] : []))
    expect(written).toHaveLength(1)
    expect(ended.find(one => one.status === 'rejected')?.reason).toMatchObject({ code: 'invalid-input', where: file })
    await quantiseModel(organism, at('alone.gguf'), { type: written[0] ?? 'q8_0' })
    expect(readFileSync(file).equals(readFileSync(at('alone.gguf')))).toBe(true)
    expect(left()).toEqual(['new.gguf'])
  })

  test('where the target lies below a file, or has too long a name', async () => {
    writeFileSync(at('a-file'), '')
    for (const target of [at('a-file/new.gguf'), at(`${'n'.repeat(300)}.gguf`)]) {
      const error = await failureOf(quantiseModel(organism, target))
      expect(error).toMatchObject({ code: 'invalid-input', message: 'The new file cannot be written' })
    }
    expect(readdirSync(folder).filter(name => name.endsWith('.part'))).toEqual([])
  })

  test('where the call is cancelled, before and on the way, and where a listener of the caller’s throws', async () => {
    const { file, left } = empty('cancelled')
    expect(await failureOf(quantiseModel(organism, file, { signal: AbortSignal.abort() }))).toMatchObject({
      code: 'cancelled',
    })
    const controller = new AbortController()
    const onProgress = () => controller.abort()
    expect(await failureOf(quantiseModel(organism, file, { signal: controller.signal, onProgress }))).toMatchObject({
      code: 'cancelled',
    })
    const failing = () => {
      throw new Error('mine')
    }
    await expect(quantiseModel(organism, file, { onProgress: failing })).rejects.toThrow('mine')
    expect(left()).toEqual([])
  })
})
