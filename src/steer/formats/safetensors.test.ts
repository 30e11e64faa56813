import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PlimsollError } from '../../errors.ts'
import { readSafetensors, type Safetensors, type Tensor, writeSafetensors } from './safetensors.ts'

/** Any 32 bits, so that infinities, negative zero and every NaN occur. */
const anyTensor: fc.Arbitrary<Tensor> = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }).chain(shape => {
  const length = shape.reduce((product, size) => product * size, 1)
  return fc
    .uint32Array({ minLength: length, maxLength: length })
    .map(bits => ({ shape, values: new Float32Array(Uint32Array.from(bits).buffer) }))
})
const anyName = fc.string({ unit: 'binary' }).filter(name => name !== '__metadata__' && name !== '__proto__')
const anyFile: fc.Arbitrary<Safetensors> = fc.record({
  tensors: fc.array(fc.tuple(anyName, anyTensor), { maxLength: 5 }).map(entries => new Map(entries)),
  metadata: fc.dictionary(anyName, fc.string({ unit: 'binary' }), { noNullPrototype: true }),
})

/** By bits, since NaN equals nothing and −0 equals 0. */
function bitsOf({ tensors, metadata }: Safetensors) {
  const entries = [...tensors].map(([name, { shape, values }]) => ({
    name,
    shape,
    bits: [...new Uint32Array(values.buffer, values.byteOffset, values.length)],
  }))
  return { metadata, tensors: entries.sort((a, b) => (a.name < b.name ? -1 : 1)) }
}

function withHeader(header: unknown, data = 0): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const file = new Uint8Array(8 + text.length + data)
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true)
  file.set(text, 8)
  return file
}

const refused = expect.objectContaining({ name: 'PlimsollError', code: 'invalid-input' })
const read = (file: Uint8Array) => () => readSafetensors(file)

describe('safetensors', () => {
  it('round-trips every bit of any F32 tensors, names and metadata', () => {
    fc.assert(
      fc.property(anyFile, file => {
        expect(bitsOf(readSafetensors(writeSafetensors(file)))).toEqual(bitsOf(file))
      }),
    )
  })

  it('reads from a view into a larger buffer, and keeps no hold on it', () => {
    const written = writeSafetensors({
      tensors: new Map([['a', { shape: [2], values: Float32Array.of(1.5, -2) }]]),
      metadata: {},
    })
    const larger = Buffer.concat([Buffer.of(9, 9, 9), written, Buffer.of(9)])
    const { tensors } = readSafetensors(larger.subarray(3, 3 + written.length))
    larger.fill(0)
    expect([...tensors.get('a')!.values]).toEqual([1.5, -2])
  })

  it('is laid out as the specification says', () => {
    const tensors = new Map([['t', { shape: [1, 2], values: Float32Array.of(1, 2) }]])
    const file = writeSafetensors({ tensors, metadata: { key: 'value' } })
    const length = Number(new DataView(file.buffer).getBigUint64(0, true))
    expect(length % 8).toBe(0)
    expect(JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)))).toEqual({
      __metadata__: { key: 'value' },
      t: { dtype: 'F32', shape: [1, 2], data_offsets: [0, 8] },
    })
    expect([...file.subarray(8 + length)]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0x40])
  })

  it('refuses every truncated or lengthened file', () => {
    fc.assert(
      fc.property(anyFile, fc.nat(), (file, cut) => {
        const written = writeSafetensors(file)
        expect(read(written.subarray(0, cut % written.length))).toThrow(refused)
        expect(read(Buffer.concat([written, Buffer.of(0)]))).toThrow(refused)
      }),
    )
  })

  it('refuses garbage, or reads it: nothing else comes out', () => {
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.json().map(json => withHeader(json, 8)),
      fc.tuple(anyFile, fc.nat(), fc.nat(255)).map(([file, at, byte]) => {
        const written = writeSafetensors(file)
        written[at % written.length] = byte
        return written
      }),
    )
    fc.assert(
      fc.property(garbage, file => {
        try {
          readSafetensors(file)
        } catch (error) {
          expect(error).toBeInstanceOf(PlimsollError)
          expect(error).toEqual(refused)
        }
      }),
      { numRuns: 500 },
    )
  })

  const tensor = (from: number, to: number, shape = [1], dtype = 'F32') => ({ dtype, shape, data_offsets: [from, to] })
  it.each<[string, unknown, number]>([
    ['another type', { a: tensor(0, 4, [2], 'F16') }, 4],
    ['a range of another size than the shape', { a: tensor(0, 4, [2]) }, 4],
    ['a range that ends before it begins', { a: tensor(4, 0) }, 4],
    ['a range beyond the end', { a: tensor(0, 8, [2]) }, 4],
    ['a shape whose size overflows', { a: tensor(0, 4, [2 ** 52, 2 ** 52, 2 ** 52]) }, 4],
    ['a negative size', { a: tensor(0, 4, [-1, -1]) }, 4],
    ['shared bytes', { a: tensor(0, 4), b: tensor(0, 4) }, 4],
    ['a hole', { a: tensor(4, 8) }, 8],
    ['bytes of no tensor', {}, 4],
    ['a name that objects do not hold', `{"__proto__":${JSON.stringify(tensor(0, 4))}}`, 4],
    ['an entry without a type', { a: { shape: [1], data_offsets: [0, 4] } }, 4],
    ['a list', [], 0],
    ['metadata that are no strings', { __metadata__: { a: 1 } }, 0],
  ])('refuses a header with %s', (_, header, data) => {
    expect(read(withHeader(header, data))).toThrow(refused)
  })

  it('refuses a header length beyond the file without reading on', () => {
    const file = new Uint8Array(16)
    new DataView(file.buffer).setBigUint64(0, 2n ** 64n - 1n, true)
    expect(read(file)).toThrow(refused)
  })

  it('writes nothing that it could not read again', () => {
    const write = (name: string, shape: number[]) => () =>
      writeSafetensors({ tensors: new Map([[name, { shape, values: Float32Array.of(1) }]]), metadata: {} })
    expect(write('a', [2])).toThrow(refused)
    expect(write('__metadata__', [1])).toThrow(refused)
    expect(write('__proto__', [1])).toThrow(refused)
  })
})
