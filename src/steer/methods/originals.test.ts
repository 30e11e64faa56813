/** What the originals make of the same activations (oracle/methods/fixtures.py, oracle/methods/sta.py). */
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../random.ts'
import { dot, meanOf, norm } from '../algebra/vectors.ts'
import { encode } from '../autoencoders/autoencoder.ts'
import { openAutoencoder } from '../autoencoders/open.ts'
import { meanDifference, type Sides } from './contrast.ts'
import fixtures from './fixtures.json' with { type: 'json' }
import { linearProbeDefaults, linearProbeDirection, trainProbe } from './linear-probe.ts'
import { nullSpaceDirection } from './null-space.ts'
import { partialOrDirection } from './partial-or.ts'
import { pcaDirection } from './pca.ts'
import { atomsDirection } from './sta.ts'
import staFixture from './sta-fixture.json' with { type: 'json' }

const sides = ({ positive, negative }: Sides<number[][]>): Sides<readonly Float32Array[]> => {
  const of = (prompts: readonly number[][][]) => prompts.map(tokens => tokens.map(row => Float32Array.from(row)))
  return { positive: of(positive), negative: of(negative) }
}
const [target, control] = [sides(fixtures.target), sides(fixtures.control)]

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return dot(a, b) / (norm(a) * norm(b))
}

describe('pca', () => {
  it('finds the direction that repeng finds, sign included, where the mean is taken away', () => {
    expect(cosine(pcaDirection({ target }, true), fixtures.pca.centred)).toBeGreaterThan(0.99999)
  })

  it('finds the first singular direction where it is not, and its length is the distance of the sides along it', () => {
    const w = pcaDirection({ target }, false)
    expect(cosine(w, fixtures.pca.uncentred)).toBeGreaterThan(0.99999)
    const mean = (prompts: readonly (readonly Float32Array[])[]) =>
      prompts.flat().reduce((sum, row) => sum + dot(row, w) / norm(w), 0) / prompts.flat().length
    expect(norm(w)).toBeCloseTo(mean(target.positive) - mean(target.negative), 5)
  })
})

it('a probe that would never step, or step away, is refused', () => {
  for (const wrong of [{ epochs: 0 }, { batch: 0 }, { batch: -1 }, { epochs: Number.NaN }, { learningRate: -1 }])
    expect(() => linearProbeDirection({ target }, { ...linearProbeDefaults, ...wrong }, createRandom(1))).toThrow(
      /has to be/,
    )
})

it('pca points to the positives where half of the pairs are ahead and half behind', () => {
  const states = (...rows: [number, number][]) => rows.map(row => [Float32Array.from(row)])
  const zero = states([0, 0], [0, 0], [0, 0], [0, 0])
  for (const sign of [1, -1]) {
    // Most along the first axis: two ahead by 3, two behind by 2.
    const rows = states([3 * sign, 0.1], [3 * sign, -0.1], [-2 * sign, 0.1], [-2 * sign, -0.1])
    const w = pcaDirection({ target: { positive: rows, negative: zero } }, false)
    expect(Math.sign(w[0] ?? 0)).toBe(sign)
  }
})

describe('partial-or', () => {
  it.each([1, 0.6])('takes %s of the control direction away', lambda => {
    const expected = fixtures.partialOr[lambda === 1 ? '1.0' : '0.6']
    const w = partialOrDirection({ target, control }, lambda)
    for (const [i, value] of expected.entries()) expect(w[i]).toBeCloseTo(value, 5)
  })
})

describe('null-space', () => {
  it.each(['0.75', '0.25'] as const)('keeps %s of the width, as AlphaSteer projects', ratio => {
    const w = nullSpaceDirection({ target, control }, Number(ratio))
    for (const [i, value] of fixtures.nullSpace[ratio].entries()) expect(w[i]).toBeCloseTo(value, 5)
  })
})

describe('linear-probe', () => {
  const { parameters, start, orders, losses, weight } = fixtures.linearProbe
  const examples = [
    ...target.positive.map(rows => ({ rows, label: 1 as const })),
    ...target.negative.map(rows => ({ rows, label: 0 as const })),
  ]

  it('learns the weight that AxBench’s loop learns, with the same loss at every step', () => {
    let epoch = 0
    const found = trainProbe(examples, { ...parameters, centred: false }, Float64Array.from(start), () => {
      return orders[epoch++] ?? []
    })
    expect(found.losses).toHaveLength(losses.length)
    for (const [step, loss] of losses.entries()) expect(found.losses[step]).toBeCloseTo(loss, 6)
    for (const [i, value] of weight.entries()) expect(found.weight[i]).toBeCloseTo(value, 6)
  })
})

describe('sta', () => {
  it.each(['0.35', '0.1'] as const)('keeps the latents that the original keeps of the top %s', async share => {
    const file = fileURLToPath(new URL('../autoencoders/fixture.npz', import.meta.url))
    const autoencoder = await openAutoencoder(file, { name: 'fixture', width: 16, layers: 1, fingerprint: '' })
    const states = sides(staFixture.target)
    const of = (prompts: readonly (readonly Float32Array[])[]) =>
      prompts.map(rows => meanOf(rows.map(row => encode(autoencoder, row))))
    const latents = { positive: of(states.positive), negative: of(states.negative) }
    const length = norm(meanDifference(states))
    const { direction, kept } = atomsDirection(latents, length, autoencoder, Number(share))
    const { vector, kept: keptByOriginal } = staFixture.made[share]
    expect(kept).toBe(keptByOriginal)
    for (const [i, value] of vector.entries()) expect(direction[i]).toBeCloseTo(value, 5)
  })
})
