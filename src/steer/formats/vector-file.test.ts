import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { randomUnit } from '../../../test/support/random.ts'
import type { Direction } from '../../engine/types.ts'
import type { Vector } from '../vector.ts'
import { readSafetensors, type Safetensors, writeSafetensors } from './safetensors.ts'
import { loadVector, saveVector } from './vector-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-vector-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const width = 6
const layers = 4
const model = { name: 'tiny', fingerprint: 'f'.repeat(32), width, layers }
const tokens = { phase: 'all' } as const

const anyDirection: fc.Arbitrary<Direction> = fc.record({
  unit: fc.integer().map(seed => randomUnit(width, seed)),
  scale: fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => value + 0),
})
const anyDirections = fc.oneof(
  anyDirection,
  fc
    .uniqueArray(fc.tuple(fc.integer({ min: -1, max: layers - 1 }), anyDirection), {
      minLength: 1,
      selector: ([layer]) => layer,
    })
    .map(entries => Object.fromEntries(entries)),
)
const anyVector: fc.Arbitrary<Vector> = fc.record({
  edit: fc.constantFrom('add', 'ablate'),
  where: fc.constantFrom(
    { site: 'residual', layers: 'all', tokens },
    { site: 'residual', layers: { from: 1, to: 2 }, tokens: { phase: 'prompt', part: 'template-suffix', last: 2 } },
    { site: 'residual', layers: [3], tokens: { phase: 'generated', first: 5 } },
    { site: 'embedding', layers: 'all', tokens },
  ),
  directions: anyDirections,
  provenance: fc.record({
    schema: fc.constant(1),
    tool: fc.string(),
    model: fc.constant({ ...model, architecture: 'llama' }),
    method: fc.string(),
    parameters: fc.constant({ layer: 2, tokens: { phase: 'prompt' }, 'a "name"': [1, null, 'é'] }),
    data: fc.record({ positive: fc.nat(), negative: fc.nat(), sha256: fc.string() }),
    system: fc.option(fc.string({ unit: 'binary' })),
    seed: fc.option(fc.integer()),
    note: fc.string({ unit: 'binary' }),
  }),
})

const example: Vector = fc.sample(anyVector, { seed: 1, numRuns: 1 })[0]!
const vector: Vector = {
  ...example,
  directions: { [-1]: { unit: randomUnit(width, 1), scale: 2 }, 2: { unit: randomUnit(width, 2), scale: 0.5 } },
}

/** A file like `vector`'s, with something wrong in it. */
async function damaged(
  change: (file: { tensors: Map<string, Float32Array>; metadata: Record<string, unknown> }) => void,
) {
  const file = join(folder, 'damaged.safetensors')
  await saveVector(vector, file)
  const { tensors, metadata } = await raw(file)
  const parts = {
    tensors: new Map([...tensors].map(([name, { values }]) => [name, values])),
    metadata: JSON.parse(metadata.plimsoll ?? ''),
  }
  change(parts)
  const changed: Safetensors = {
    tensors: new Map([...parts.tensors].map(([name, values]) => [name, { shape: [values.length], values }])),
    metadata: { plimsoll: JSON.stringify(parts.metadata) },
  }
  writeFileSync(file, writeSafetensors(changed))
  return file
}

async function raw(file: string): Promise<Safetensors> {
  return readSafetensors(await readFile(file))
}

describe('a vector file', () => {
  it('round-trips a vector with all that is known of it', async () => {
    const file = join(folder, 'any.safetensors')
    await fc.assert(
      fc.asyncProperty(anyVector, async saved => {
        await saveVector(saved, file)
        expect(await loadVector(file, model)).toEqual(saved)
      }),
    )
    expect(readdirSync(folder).filter(name => name.endsWith('.part'))).toEqual([])
  })

  it('names its tensors by layer', async () => {
    const file = join(folder, 'named.safetensors')
    await saveVector(vector, file)
    expect([...(await raw(file)).tensors.keys()].sort()).toEqual(['direction.2', 'direction.embedding'])
  })

  it('is refused on another model, unless forced', async () => {
    const file = join(folder, 'other.safetensors')
    await saveVector(vector, file)
    const other = { ...model, name: 'fine-tune', fingerprint: 'e'.repeat(32) }
    await expect(loadVector(file, other)).rejects.toMatchObject({
      code: 'vector-mismatch',
      found: expect.stringContaining('tiny'),
      expected: expect.stringContaining('fine-tune'),
    })
    expect(await loadVector(file, other, { otherModel: 'force' })).toEqual(vector)
    expect(await loadVector(file)).toEqual(vector)
    expect(await loadVector(file, { ...model, name: 'renamed' })).toEqual(vector)
  })

  it.each<[string, Parameters<typeof damaged>[0]]>([
    ['a tensor is missing', ({ tensors }) => tensors.delete('direction.2')],
    ['a scale is missing', ({ metadata }) => Object.assign(metadata, { scales: { 'direction.2': 1 } })],
    [
      'there is no direction',
      ({ tensors, metadata }) => {
        tensors.clear()
        metadata.scales = {}
      },
    ],
    ['a direction has another width', ({ tensors }) => tensors.set('direction.2', Float32Array.of(1, 0))],
    ['a direction is no unit vector', ({ tensors }) => tensors.set('direction.2', new Float32Array(width).fill(1))],
    [
      'a direction is not finite',
      ({ tensors }) => tensors.set('direction.2', new Float32Array(width).fill(Number.NaN)),
    ],
    [
      'a layer is beyond the model',
      ({ tensors, metadata }) => {
        tensors.set('direction.4', randomUnit(width, 3))
        Object.assign(metadata, { scales: { 'direction.2': 1, 'direction.embedding': 1, 'direction.4': 1 } })
      },
    ],
    [
      'a tensor has a name of its own',
      ({ tensors, metadata }) => {
        tensors.set('weight', randomUnit(width, 3))
        Object.assign(metadata, { scales: { 'direction.2': 1, 'direction.embedding': 1, weight: 1 } })
      },
    ],
    ['a scale is not a number', ({ metadata }) => Object.assign(metadata, { scales: { 'direction.2': null } })],
    ['it does not say what to do', ({ metadata }) => delete metadata.edit],
    ['its where-clause is unknown', ({ metadata }) => Object.assign(metadata, { where: { site: 'nowhere' } })],
    ['it does not say where it comes from', ({ metadata }) => delete metadata.provenance],
  ])('is refused when %s', async (_, change) => {
    const file = await damaged(change)
    await expect(loadVector(file)).rejects.toMatchObject({ code: 'invalid-input', where: file })
  })

  it('is refused when it is the file of another tool', async () => {
    const file = join(folder, 'foreign.safetensors')
    const tensors = new Map([['direction.2', { shape: [1], values: Float32Array.of(1) }]])
    writeFileSync(file, writeSafetensors({ tensors, metadata: {} }))
    await expect(loadVector(file)).rejects.toMatchObject({ code: 'invalid-input', found: 'no plimsoll metadata' })
    writeFileSync(file, writeSafetensors({ tensors, metadata: { plimsoll: '{' } }))
    await expect(loadVector(file)).rejects.toMatchObject({ code: 'invalid-input' })
  })

  it('that is not there, or cannot be written, is said by name', async () => {
    const file = join(folder, 'no such folder', 'a.safetensors')
    await expect(loadVector(file)).rejects.toMatchObject({ code: 'not-found', where: file })
    await expect(saveVector(vector, file)).rejects.toMatchObject({ code: 'not-found', where: file })
  })
})
