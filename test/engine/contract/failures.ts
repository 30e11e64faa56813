/** What goes wrong goes wrong loudly, with a code, and the model works afterwards. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Model, Steering } from '../../../src/engine/types.ts'
import { Where } from '../../../src/engine/where.ts'
import { writeNotGguf, writeTruncated } from '../../support/tiny-gguf.ts'
import { codeOf, type Subject, steer, vector, WIDTH } from './subject.ts'

export function failureBehaviours(subject: () => Subject): void {
  test('files that are no model', async () => {
    const { folder } = subject()
    const whole = subject().write('whole.gguf')
    writeTruncated(join(folder, 'truncated.gguf'), whole)
    writeNotGguf(join(folder, 'letter.gguf'))
    expect(await codeOf(subject().open(join(folder, 'truncated.gguf')))).toBe('model-invalid')
    expect(await codeOf(subject().open(join(folder, 'letter.gguf')))).toBe('model-invalid')
    expect(await codeOf(subject().open(join(folder, 'missing.gguf')))).toBe('not-found')
    expect(await codeOf(subject().open(folder))).not.toBe('none')
  })

  test('a model describes itself', async () => {
    const { model, reference } = await subject().pair()
    const { architecture, layers, width, heads, vocabulary, contextLength, parameters, hasChatTemplate, file } =
      reference.info
    expect(model.info).toMatchObject({
      architecture,
      layers,
      width,
      heads,
      vocabulary,
      contextLength,
      parameters,
      hasChatTemplate,
      file,
    })
    expect(model.info.quantisation).toMatch(/F32/)
    expect(model.info.bytes).toBeGreaterThan(4 * parameters - 1)
  })

  test('the fingerprint is that of the weights, not of the file name', async () => {
    const fingerprint = async (name: string, seed: number) => {
      await using model = await subject().open(subject().write(name, { seed }))
      return model.info.fingerprint
    }
    const first = await fingerprint('a.gguf', 1)
    expect(await fingerprint('b.gguf', 1)).toBe(first)
    expect(await fingerprint('c.gguf', 2)).not.toBe(first)
  })

  const call = (name: string, code: string, make: (model: Model) => Promise<unknown>) =>
    test(`${name}: ${code}`, async () => {
      const { model } = await subject().pair()
      const before = await model.generate(['hello'], { maxTokens: 4 })
      expect(await codeOf(make(model))).toBe(code)
      expect(await model.generate(['hello'], { maxTokens: 4 })).toEqual(before)
    })

  const long = 'xyz '.repeat(200)
  call('generate for a prompt longer than the context', 'prompt-too-long', model =>
    model.generate(['hello', long], { maxTokens: 4 }),
  )
  call('score a prompt longer than the context', 'prompt-too-long', model =>
    model.score([{ prompt: long, continuation: 'a' }]),
  )
  call('capture a prompt longer than the context', 'prompt-too-long', model => model.capture([long], Where.parse({})))
  call('first token of a prompt longer than the context', 'prompt-too-long', model => model.firstToken([long], [97]))

  const raw = { raw: 'hello there' }
  const suffix = { tokens: { part: 'template-suffix' as const } }
  call('capture of the suffix of raw text', 'nothing-selected', model => model.capture([raw], Where.parse(suffix)))
  call('capture of generated tokens', 'nothing-selected', model =>
    model.capture(['a'], Where.parse({ tokens: { phase: 'generated' } })),
  )
  call('steering on the suffix of raw text', 'nothing-selected', model =>
    model.generate([raw], { maxTokens: 4, steering: steer('add', suffix) }),
  )
  call('steering of one request among others that selects nothing', 'nothing-selected', model =>
    model.generate(['a', { prompt: raw, steering: steer('add', suffix) }], { maxTokens: 4 }),
  )
  call('scores under steering that selects nothing', 'nothing-selected', model =>
    model.score([{ prompt: raw, continuation: 'a', steering: steer('ablate', suffix) }]),
  )
  call('last with generated tokens', 'invalid-input', model =>
    model.generate(['a'], { maxTokens: 4, steering: steer('add', { tokens: { phase: 'generated', last: 1 } }) }),
  )
  call('a layer the model does not have', 'invalid-input', model => model.capture(['a'], Where.parse({ layers: [9] })))
  call('steering a layer the model does not have', 'invalid-input', model =>
    model.generate(['a'], { maxTokens: 4, steering: steer('add', { layers: [9] }) }),
  )

  const withValue = (value: number): Steering => {
    const { edit, where } = vector('add')
    return [
      { vector: { edit, where, directions: { unit: new Float32Array(WIDTH).fill(0.1).with(3, value), scale: 1 } } },
    ]
  }
  call('a vector of another width', 'vector-mismatch', model =>
    model.generate(['a'], { maxTokens: 4, steering: [{ vector: vector('add', {}, { width: WIDTH + 8 }) }] }),
  )
  call('a vector with NaN', 'invalid-input', model =>
    model.generate(['a'], { maxTokens: 4, steering: withValue(Number.NaN) }),
  )
  call('a vector with infinity', 'invalid-input', model =>
    model.score([{ prompt: 'a', continuation: 'b' }], { steering: withValue(Number.POSITIVE_INFINITY) }),
  )
  call('a strength that is not a number', 'invalid-input', model =>
    model.capture(['a'], Where.parse({}), { steering: steer('add', {}, { strength: Number.NaN }) }),
  )

  test('a vector that becomes invalid after it was used is still refused', async () => {
    const { model } = await subject().pair()
    const unit = new Float32Array(WIDTH).fill(1 / Math.sqrt(WIDTH))
    const steering: Steering = [
      { vector: { edit: 'add', where: Where.parse({ layers: [1] }), directions: { unit, scale: 3 } } },
    ]
    const before = await model.generate(['hello'], { maxTokens: 8, steering })
    unit.fill(-1 / Math.sqrt(WIDTH))
    expect((await model.generate(['hello'], { maxTokens: 8, steering }))[0]!.text).not.toBe(before[0]!.text)
    unit[3] = Number.NaN
    expect(await codeOf(model.generate(['hello'], { maxTokens: 8, steering }))).toBe('invalid-input')
  })
}
