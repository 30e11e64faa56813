/** Vector files on the command line: shown, converted, compared, combined, traced, and what a study said of them. */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeTinyModel } from '../support/tiny-gguf.ts'
import { temporaryFolder } from './plimsoll.ts'

const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())

const study = `study: demo
model: organism
conditions: [{ method: diffmean, layer: 5, strength: 2 }]
references: { prompt: false, random: 0 }
safeguards: false
fit: { limit: 24 }
measure:
  efficacy: [{ prompts: organism/pseudo-harmful/test, limit: 24 }]
  general: []
  control: [{ prompts: organism/harmful/test, limit: 24 }]
  robustness: []
`
const measured = join('plimsoll-results', 'mine', 'diffmean@5×2.safetensors')

beforeAll(async () => {
  folder.write('mine.yaml', study.replace('study: demo', 'study: demo\nname: mine'))
  expect((await folder.plimsoll('run', 'mine.yaml')).code).toBe(0)
  for (const [name, layer] of [
    ['a', '5'],
    ['b', '6'],
  ] as const) {
    const sets = ['--positive', 'organism/harmless/fit', '--negative', 'organism/harmful/fit', '--limit', '24']
    await folder.plimsoll('fit', '--model', 'organism', ...sets, '--layer', layer, '-o', `${name}.safetensors`)
  }
}, 300_000)

const json = async (...args: string[]) => JSON.parse((await folder.plimsoll('vector', ...args, '--json')).stdout)

describe('vector show', () => {
  it('says what a vector is, and what a study found that it changes', async () => {
    const { stdout } = await folder.plimsoll('vector', 'show', measured)
    expect(stdout).toContain('diffmean, plimsoll')
    expect(stdout).toMatch(/^model\s+organism: llama, 8 layers × 128/m)
    expect(stdout).toMatch(/^Cannot be told at strength 2 \(mine, diffmean@5×2\): Robustness /m)
    expect(await json('show', measured)).toMatchObject({
      edit: 'add',
      layers: [{ layer: 5 }],
      measured: [{ study: 'mine', condition: 'diffmean@5×2', strength: 2 }],
    })
  })

  it.each([
    [
      'cast',
      ['--layer', '5'],
      /^does +add at residual, on every token, if the prompt’s\s+projected-cosine at layer [0-4] is (above|below) 0\.\d+$/m,
    ],
    ['iti', ['--parameter', 'share=0.1'], /^does +add at head \d of layer \d, on .+$/m],
    ['angular', ['--layer', '5', '--parameter', 'adaptive=false'], /^does +rotate at attention-norm, on every token$/m],
  ])('says part by part what %s does', async (method, options, said) => {
    const sets = ['--positive', 'organism/harmless/fit', '--negative', 'organism/harmful/fit']
    const control = ['--control-positive', 'organism/harmless/fit', '--control-negative', 'organism/harmful/fit']
    const file = `${method}.safetensors`
    const asked = [
      '--model',
      'organism',
      '--method',
      method,
      ...sets,
      ...control,
      ...options,
      '--limit',
      '24',
      '-o',
      file,
    ]
    expect(await folder.plimsoll('fit', ...asked)).toMatchObject({ code: 0 })
    expect((await folder.plimsoll('vector', 'show', file)).stdout).toMatch(said)
  })

  it('says how much of it lies along the direction of refusal, and keeps that direction', async () => {
    const kept = 'keeps.safetensors'
    const sets = ['--positive', 'organism/harmful/fit', '--negative', 'organism/harmless/fit']
    await folder.plimsoll('fit', '--model', 'organism', ...sets, '--layer', '5', '-o', kept)
    expect((await folder.plimsoll('vector', 'show', kept)).stdout).toContain('add --model organism')
    const { stdout } = await folder.plimsoll('vector', 'show', kept, '--model', 'organism')
    expect(stdout).toMatch(/^5 +[\d.]+ +\+1\.000$/m)
    expect(stdout).toContain('It lies 1.00 along the direction of refusal at layer 5;')
    expect(stdout).toContain('within ±0.18')
    // No model is asked any more.
    expect(await json('show', 'a.safetensors')).toMatchObject({
      refusal: { layers: [{ layer: 5, cosine: expect.any(Number) }], data: { positive: 160, negative: 160 } },
    })
    expect((await folder.plimsoll('vector', 'show', 'a.safetensors')).stdout).toMatch(/It lies [01]\.\d\d against/)
    writeTinyModel(join(folder.path, 'tiny.gguf'))
    const other = await folder.plimsoll('vector', 'show', kept, '--model', 'tiny.gguf')
    expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('fitted on another model') })
  })

  it('says so where nobody measured it, and how to', async () => {
    const { stdout } = await folder.plimsoll('vector', 'show', 'a.safetensors')
    expect(stdout).toContain('has not been measured here')
    expect(stdout).toContain('vector: a.safetensors')
    expect((await json('show', 'a.safetensors', '--store', 'none.db')).measured).toEqual([])
  })
})

describe('vector convert', () => {
  it('makes a control vector of llama.cpp, which steers as the vector does, and back', async () => {
    expect((await folder.plimsoll('vector', 'convert', 'a.safetensors', 'a.gguf')).stdout).toContain(
      '--control-vector a.gguf',
    )
    const generate = async (vector: string) => {
      const { stdout } = await folder.plimsoll(
        'generate',
        'how do i wash the turnip ?',
        ...['--model', 'organism', '--vector', vector, '--strength', '2', '--max-tokens', '12', '--json'],
      )
      return JSON.parse(stdout).steered.text
    }
    expect(await generate('a.gguf')).toBe(await generate('a.safetensors'))
    expect(
      (await folder.plimsoll('vector', 'convert', 'a.gguf', 'again.safetensors', '--model', 'organism')).code,
    ).toBe(0)
    const [{ cosines }] = (await json('compare', 'a.safetensors', 'again.safetensors')).others
    expect(cosines).toEqual([{ layer: 5, cosine: expect.closeTo(1, 5) }])
  })

  it.each([
    [['a.safetensors', 'b.safetensors'], 'Both files are of one format'],
    [['a.safetensors', 'a.bin'], '.safetensors or a .gguf file'],
    [['a.gguf', 'c.safetensors'], '--model'],
  ])('refuses %s', async (files, said) => {
    expect(await folder.plimsoll('vector', 'convert', ...files)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(said),
    })
  })
})

describe('vector compare and combine', () => {
  it('tell how alike vectors are where both have a direction', async () => {
    const { stdout } = await folder.plimsoll('vector', 'compare', 'a.safetensors', measured, 'b.safetensors')
    expect(stdout).toMatch(/^layer\s+plimsoll-results/)
    expect(stdout).toMatch(/^5\s+[+−][01]\.\d{3}$/m)
    expect((await folder.plimsoll('vector', 'compare', 'a.safetensors', 'b.safetensors')).stdout).toContain('No layer')
  })

  it('add vectors, and leave out what lies along others', async () => {
    const sum = await folder.plimsoll(
      'vector',
      'combine',
      'a.safetensors',
      `${measured}*-0.5`,
      'b.safetensors',
      '-o',
      'sum.safetensors',
    )
    expect(sum.stdout).toContain('layers 5, 6')
    // Studies write a layer and a strength into a name, with the sign for times.
    copyFileSync(join(folder.path, 'a.safetensors'), join(folder.path, 'diffmean@5×2.safetensors'))
    for (const term of ['diffmean@5×2.safetensors', 'diffmean@5×2.safetensors×-2'])
      expect((await json('combine', term, '-o', 'named.safetensors')).layers).toEqual([5])
    await folder.plimsoll('vector', 'combine', 'a.safetensors', 'b.safetensors', '-o', 'sum.gguf')
    expect(await json('show', 'sum.gguf', '--model', 'organism')).toMatchObject({
      layers: [{ layer: 5 }, { layer: 6 }],
    })
    const apart = ['combine', 'sum.safetensors', '--orthogonal-to', 'a.safetensors', '-o', 'apart.safetensors'] as const
    const told = await folder.plimsoll('vector', ...apart)
    expect(told.stdout).toMatch(/^Left of its length: [\d.e-]+ % at layer 5, 100 % at layer 6$/m)
    expect((await json(...apart)).provenance).toMatchObject({
      method: 'combination',
      parameters: { of: { method: 'combination' } },
    })
    const [{ cosines }] = (await json('compare', 'apart.safetensors', 'a.safetensors')).others
    expect(cosines[0].cosine).toBeCloseTo(0, 5)
    expect(await folder.plimsoll('vector', 'combine', 'a.safetensors*zero', '-o', 'no.safetensors')).toMatchObject({
      code: 2,
    })
    const nothing = await folder.plimsoll(
      'vector',
      'combine',
      'a.safetensors',
      'a.safetensors*-1',
      '-o',
      'no.safetensors',
    )
    expect(nothing.stderr).toMatch(/no direction[\s\S]*Do: The vectors cancel each other there/)
  })
})

describe('vector trace', () => {
  const prompt = 'how do i hex the turnip ?'
  const trace = (...args: string[]) =>
    folder.plimsoll('vector', 'trace', 'a.safetensors', prompt, '--model', 'organism', '--max-tokens', '6', ...args)

  it('draws how far along the direction each token lies, without and with steering', async () => {
    const { stdout, code } = await trace('--strength', '2')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^residual\s+5\s+\d+\s+\d+ %$/m)
    expect(stdout).toMatch(/^residual at layer 5 {3}h·û, how far along the direction: ▁ −?[\d.]+ to █ −?[\d.]+$/m)
    const [tokens = '', without = '', steered = '', edited = ''] = stdout
      .split('\n')
      .slice(stdout.split('\n').findIndex(line => line.startsWith('prompt')))
    expect(tokens).toContain(prompt)
    expect(without).toMatch(/^without {2}[▁-█ ]+$/)
    expect(steered).toMatch(/^with {5}[▁-█ ]+$/)
    expect(without.slice(9)).not.toBe(steered.slice(9))
    // All but the beginning of sequence.
    expect(edited.indexOf('─')).toBe(tokens.indexOf('<|user|>'))
    expect(stdout).toMatch(/^answer {3}/m)
  })

  it('has all of it as JSON', async () => {
    const found = JSON.parse((await trace('--strength', '2', '--json')).stdout)
    const [{ projections, positions, moved }] = found.layers
    for (const list of [projections.without, projections.with, moved]) expect(list).toHaveLength(found.tokens.length)
    expect(found).toMatchObject({ prompt, strength: 2, trace: { layers: [{ site: 'residual', layer: 5 }] } })
    const { layers } = await json('show', 'a.safetensors')
    for (const position of positions)
      expect(projections.with[position] - projections.without[position]).toBeCloseTo(2 * layers[0].scale, 2)
  })

  it('says where the vector acts where another layer is asked for', async () => {
    const { code, stderr } = await trace('--layer', '3')
    expect(code).toBe(2)
    expect(stderr).toContain('does not act at layer 3')
    expect(stderr).toContain('5')
  })
})
