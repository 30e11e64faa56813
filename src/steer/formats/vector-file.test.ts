import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { randomVector } from '../../../test/engine/agreement/vectors.ts'
import { randomUnit } from '../../../test/support/random.ts'
import type { Direction, DirectionVector, EditVector } from '../../engine/types.ts'
import type { WhereInput } from '../../engine/where.ts'
import { type FittedVector, isFitted, type Provenance, type Vector } from '../vector.ts'
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
const anyWhere = fc.constantFrom(
  { site: 'residual', layers: 'all', tokens },
  { site: 'residual', layers: { from: 1, to: 2 }, tokens: { phase: 'prompt', part: 'template-suffix', last: 2 } },
  { site: 'residual', layers: [3], tokens: { phase: 'generated', first: 5 } },
  { site: 'embedding', layers: 'all', tokens },
) satisfies fc.Arbitrary<WhereInput>
const anyDirected: fc.Arbitrary<DirectionVector> = fc.record({
  edit: fc.constantFrom('add', 'ablate'),
  where: anyWhere,
  directions: anyDirections,
})
/** Edits of every kind, and wholes of several. */
const anyEdit: fc.Arbitrary<FittedVector> = fc.oneof(
  anyDirected,
  fc
    .tuple(fc.constantFrom('affine', 'clamp', 'rotate', 'low-rank', 'decode'), anyWhere, fc.integer())
    .map(([edit, where, seed]) => randomVector(edit, where, { width, size: 4, seed }))
    .filter((edit): edit is FittedVector & EditVector => isFitted(edit)),
  fc
    .array(anyDirected, { minLength: 1, maxLength: 3 })
    .map((parts): FittedVector => ({ edit: 'compound', terms: parts.map(vector => ({ vector, strength: 2 })) })),
)
const anyProvenance: fc.Arbitrary<Provenance> = fc.record({
  schema: fc.constant(1),
  tool: fc.string(),
  model: fc.constant({ ...model, architecture: 'llama' }),
  method: fc.string(),
  parameters: fc.constant({ layer: 2, tokens: { phase: 'prompt' }, 'a "name"': [1, null, 'é'] }),
  data: fc.record({ positive: fc.nat(), negative: fc.nat(), sha256: fc.string() }),
  system: fc.option(fc.string({ unit: 'binary' })),
  seed: fc.option(fc.integer()),
  note: fc.string({ unit: 'binary' }),
})
const anyVector: fc.Arbitrary<Vector> = fc
  .tuple(anyEdit, anyProvenance)
  .map(([edit, provenance]) => ({ ...edit, provenance }))

const vector: Vector = {
  edit: 'add',
  where: { site: 'residual', layers: 'all', tokens },
  directions: { [-1]: { unit: randomUnit(width, 1), scale: 2 }, 2: { unit: randomUnit(width, 2), scale: 0.5 } },
  provenance: fc.sample(anyProvenance, { seed: 1, numRuns: 1 })[0]!,
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

function nested(levels: number): Record<string, unknown> {
  return { edit: 'compound', terms: levels === 0 ? [] : [{ vector: nested(levels - 1) }] }
}

const second = { tensor: 'directions.2.unit' }

/** A change of what the file says the vector is. */
function edited(change: Record<string, unknown>): Parameters<typeof damaged>[0] {
  return ({ metadata }) => {
    metadata.vector = { ...Object(metadata.vector), ...change }
  }
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

  it('names its tensors by where they stand', async () => {
    const file = join(folder, 'named.safetensors')
    await saveVector(vector, file)
    expect([...(await raw(file)).tensors.keys()].sort()).toEqual(['directions.-1.unit', 'directions.2.unit'])
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

  it.each<[string, Parameters<typeof damaged>[0], string]>([
    ['a tensor is missing', ({ tensors }) => tensors.delete('directions.2.unit'), 'no tensor directions.2.unit'],
    ['a scale is missing', edited({ directions: { 2: { unit: second } } }), 'scale'],
    ['there is no direction', edited({ directions: {} }), 'no layer'],
    [
      'a direction has another width',
      ({ tensors }) => tensors.set('directions.2.unit', Float32Array.of(1, 0)),
      '2 values',
    ],
    [
      'a direction is no unit vector',
      ({ tensors }) => tensors.set('directions.2.unit', new Float32Array(width).fill(1)),
      'norm 2.44',
    ],
    [
      'a direction is not finite',
      ({ tensors }) => tensors.set('directions.2.unit', new Float32Array(width).fill(Number.NaN)),
      'NaN',
    ],
    ['a layer is beyond the model', edited({ directions: { 4: { unit: second, scale: 1 } } }), 'layer 4'],
    ['a tensor is of no use', ({ tensors }) => tensors.set('weight', randomUnit(width, 3)), 'a tensor weight'],
    ['a scale is not a number', edited({ directions: { 2: { unit: second, scale: null } } }), 'scale'],
    ['it does not say what to do', edited({ edit: undefined }), 'edit'],
    ['its where-clause is unknown', edited({ where: { site: 'nowhere' } }), 'site'],
    [
      'it would run code',
      edited({ edit: 'compound', terms: [{ vector: { edit: 'custom', where: {}, module: '/mine.ts' } }] }),
      'code',
    ],
    ['it holds edits in edits without end', edited(nested(40)), 'edits within edits'],
    ['it does not say where it comes from', ({ metadata }) => delete metadata.provenance, 'provenance'],
  ])('is refused when %s', async (_, change, found) => {
    const file = await damaged(change)
    await expect(loadVector(file)).rejects.toMatchObject({
      code: 'invalid-input',
      where: file,
      found: expect.stringContaining(found),
    })
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
