import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { randomUnit } from '../../test/support/random.ts'
import { dot } from './algebra/vectors.ts'
import { cosines, orthogonalTo, sum } from './arithmetic.ts'
import { directionAt, layersOf } from './index.ts'
import type { Provenance, Vector } from './vector.ts'

const provenance: Provenance = {
  schema: 1,
  tool: 'plimsoll test',
  model: { name: 'm', architecture: 'llama', layers: 6, width: 16, fingerprint: 'f' },
  method: 'diffmean',
  parameters: {},
  data: { positive: 3, negative: 4, sha256: 'abc' },
  system: null,
  seed: null,
  note: '',
}
const vector = (seed: number, layers: readonly number[], scale = 2): Vector => ({
  edit: 'add',
  where: { site: 'residual', layers: [...layers], tokens: { phase: 'all' } },
  directions: Object.fromEntries(layers.map(layer => [layer, { unit: randomUnit(16, 100 * seed + layer), scale }])),
  provenance,
})
const values = (one: Vector, layer: number) => {
  const { unit, scale } = directionAt(one, layer)!
  return [...unit].map(value => value * scale)
}

describe('sum', () => {
  it('is that of the values at each layer, whatever the factors', () => {
    const factors = fc.double({ min: -3, max: 3, noNaN: true }).filter(factor => Math.abs(factor) > 0.01)
    fc.assert(
      fc.property(factors, factors, (a, b) => {
        const made = sum([
          { vector: vector(1, [2, 3]), factor: a },
          { vector: vector(2, [3, 4], 5), factor: b },
        ])
        expect(layersOf([made])).toEqual([2, 3, 4])
        for (const [i, value] of values(made, 3).entries())
          expect(value).toBeCloseTo(a * values(vector(1, [3]), 3)[i]! + b * values(vector(2, [3], 5), 3)[i]!, 4)
        for (const [i, value] of values(made, 4).entries())
          expect(value).toBeCloseTo(b * values(vector(2, [4], 5), 4)[i]!, 4)
      }),
    )
  })

  it('has no direction where nothing but rounding is left', () => {
    const one = vector(1, [3])
    const nearly = vector(1, [3], 2 * (1 + 1e-7))
    expect(() =>
      sum([
        { vector: one, factor: 1 },
        { vector: nearly, factor: -1 },
      ]),
    ).toThrow('has no direction')
  })

  it('keeps where everything comes from', () => {
    const made = sum([
      { vector: vector(1, [2]), factor: -1 },
      { vector: vector(2, [2]), factor: 0.5 },
    ])
    expect(made.provenance).toMatchObject({
      method: 'combination',
      parameters: { sum: [{ factor: -1, of: { method: 'diffmean' } }, { factor: 0.5 }] },
      // The same prompts are not counted twice.
      data: { positive: 3, negative: 4 },
    })
  })

  it('is nothing where terms take each other away', () => {
    const one = vector(1, [2])
    expect(() =>
      sum([
        { vector: one, factor: 1 },
        { vector: one, factor: -1 },
      ]),
    ).toThrow(/no direction/)
  })

  it.each([
    [
      'another model',
      { provenance: { ...provenance, model: { ...provenance.model, fingerprint: 'g' } } },
      /different models/,
    ],
    ['an ablation', { edit: 'ablate' }, /cannot be combined/],
    ['other tokens', { where: { site: 'residual', layers: [2], tokens: { phase: 'prompt' } } }, /cannot be combined/],
  ] as const)('refuses %s', (_, change, message) => {
    const other = { ...vector(2, [2]), ...change } as Vector
    expect(() =>
      sum([
        { vector: vector(1, [2]), factor: 1 },
        { vector: other, factor: 1 },
      ]),
    ).toThrow(message)
  })
})

describe('what is at right angles to others', () => {
  it('is so at every layer, also where the others are not so to each other', () => {
    const others = [vector(2, [2, 3]), vector(3, [2, 3]), vector(4, [2])]
    const made = orthogonalTo(vector(1, [2, 3, 4]), others)
    for (const other of others)
      for (const { cosine } of cosines(made, other)) expect(Math.abs(cosine)).toBeLessThan(1e-5)
    expect(cosines(made, vector(1, [4]))).toEqual([{ layer: 4, cosine: expect.closeTo(1, 5) }])
    expect(made.provenance.parameters).toMatchObject({ of: { method: 'diffmean' }, orthogonalTo: [{}, {}, {}] })
    const rest = values(made, 2)
    expect(dot(rest, rest)).toBeLessThan(4)
  })

  it('is nothing of a vector itself', () => {
    expect(() => orthogonalTo(vector(1, [2]), [vector(1, [2], 7)])).toThrow(/no direction/)
  })
})
