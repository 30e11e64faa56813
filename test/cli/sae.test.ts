/** Sparse autoencoders on the command line: trained, then steered by, alone and in a study. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from './plimsoll.ts'

const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())

const prompts = ['--prompts', 'organism/harmless/fit', 'organism/harmful/fit']
const train = ['sae', 'train', '--model', 'organism', ...prompts, '--layer', '5']
const small = ['--latents', '96', '--top', '6', '--epochs', '3', '--limit', '40']
const sides = ['--positive', 'organism/harmless/fit', '--negative', 'organism/harmful/fit', '--limit', '24']
const fit = ['fit', '--model', 'organism', '--method', 'sta', ...sides]
const autoencoder = join('studies', 'sae.safetensors')
const through = (file: string) => ['--parameter', `autoencoder=${file}`]

beforeAll(async () => {
  const made = await folder.plimsoll(...train, ...small, '-o', autoencoder)
  expect(made.code).toBe(0)
  const [first, ...more] = made.stdout.split('\n')
  expect(first).toBe(`${autoencoder}: 96 latents at layer 5 of organism, 6 kept of each state`)
  expect(more[0]).toMatch(/^trained on +\d+ tokens of 80 prompts, a tenth held out$/)
  expect(more[1]).toMatch(/^explained variance \d+\.\d % of \d+ tokens held out$/)
  expect(more[2]).toMatch(/^dead latents +\d+\.\d %: none of the tokens activates them$/)
  expect(made.stderr).toMatch(/train +1\/\d+ {2}loss \d/)
}, 120_000)

describe('sae train', () => {
  it('gives one document, the same by the same seed', async () => {
    const json = async (seed: string) => {
      const { stdout } = await folder.plimsoll(...train, ...small, '--seed', seed, '-o', 'b.safetensors', '--json')
      return JSON.parse(stdout)
    }
    const [once, again, other] = [await json('1'), await json('1'), await json('2')]
    expect(once).toMatchObject({
      file: 'b.safetensors',
      latents: 96,
      top: 6,
      layer: 5,
      seed: 1,
      model: { name: 'organism', width: 128 },
      parameters: { epochs: 3 },
      data: { prompts: 80 },
    })
    expect(once.losses).toHaveLength(3)
    expect(once.losses[2]).toBeLessThan(once.losses[0])
    expect(once.measured.explainedVariance).toBeGreaterThan(0.5)
    expect(again).toEqual(once)
    expect(other.losses).not.toEqual(once.losses)
  }, 120_000)

  it.each([
    [['--top', '97'], /top 97 of 96 latents/, 1],
    [['--limit', '0'], /expected a whole number above 0, got "0"/, 2],
    [['--layer', '8'], /layers 0 to 7/, 1],
    [['-o', 'sae.npz'], /ends in \.safetensors/, 2],
    [['--prompts', 'nowhere.txt'], /nowhere\.txt/, 1],
  ])('refuses %j, and writes nothing', async (more, said, code) => {
    const ended = await folder.plimsoll(...train, ...small, '-o', 'none.safetensors', ...more)
    expect(ended.code).toBe(code)
    expect(ended.stderr).toMatch(said)
    expect(existsSync(join(folder.path, 'none.safetensors'))).toBe(false)
  })

  it('stops when asked, and writes nothing', async () => {
    let asked = false
    const long = [...small, '--epochs', '1000', '-o', 'none.safetensors']
    const { code, stderr } = await folder.watch([...train, ...long], (said, child) => {
      if (asked || !/train +1\//.test(said)) return
      asked = true
      child.kill('SIGINT')
    })
    expect(code).toBe(130)
    expect(stderr).toContain('Stopped.')
    expect(existsSync(join(folder.path, 'none.safetensors'))).toBe(false)
  })
})

describe('fit --method sta', () => {
  it('makes a vector that says how many latents it is of', async () => {
    const made = await folder.plimsoll(...fit, ...through(autoencoder), '--layer', '5')
    expect(made.code).toBe(0)
    expect(made.stdout).toMatch(/\n[1-9]\d* of 96 latents of sae\.safetensors are kept\.\n/)
    const shown = await folder.plimsoll('vector', 'show', 'vector.safetensors')
    expect(shown.stdout).toMatch(/^note +[1-9]\d* of 96 latents/m)
    expect(shown.stdout).toMatch(/^fitted: share +0\.35$/m)
  })

  it('is refused at another layer, without an autoencoder, and with one that is none', async () => {
    const other = await folder.plimsoll(...fit, ...through(autoencoder), '--layer', '4')
    expect(other.stderr).toContain('expected layer 5, where it was trained, got layer 4')
    const without = await folder.plimsoll(...fit, '--layer', '5')
    expect(without).toMatchObject({ code: 1, stderr: expect.stringContaining('sta has no autoencoder') })
    const vector = await folder.plimsoll(...fit, ...through('vector.safetensors'), '--layer', '5')
    expect(vector.stderr).toContain('The file is no autoencoder')
  })
})

describe('a study', () => {
  const study = (condition: string) => `study: demo
model: organism
conditions: [${condition}]
references: { prompt: false, random: 0, randomKl: 0, permuted: 1 }
safeguards: false
fit: { limit: 24 }
measure:
  efficacy: [{ prompts: organism/pseudo-harmful/test, limit: 8 }]
  general: []
  control: [{ prompts: organism/harmful/test, limit: 8 }]
  robustness: []
`
  const write = (condition: string) => writeFileSync(join(folder.path, 'studies', 'mine.yaml'), study(condition))
  const run = (...args: string[]) => folder.plimsoll('run', join('studies', 'mine.yaml'), ...args)

  it('finds the autoencoder from its own folder, and says how many latents were kept', async () => {
    write('{ method: sta, layer: 5, strength: 2, parameters: { autoencoder: sae.safetensors, share: 0.5 } }')
    const first = await run('--json')
    expect(first.code).toBe(0)
    const { fit: fitted, conditions } = JSON.parse(first.stdout)
    expect(fitted.note).toMatch(/[1-9]\d* of 96 latents of sae\.safetensors are kept\./)
    const [method] = conditions.filter(({ role }: { role: string }) => role === 'method')
    expect(method).toMatchObject({ name: 'sta@5×2', layer: 5 })
    expect(method.description).toContain('share 0.5')
    // What is found in the store says the same.
    expect(JSON.parse((await run('--json')).stdout).fit.note).toBe(fitted.note)
  }, 120_000)

  it.each([
    ['{ method: sta, parameters: { autoencoder: sae.safetensors } }', 'sta has no layer'],
    ['{ method: sta, layer: 5 }', 'sta has no autoencoder'],
    ['{ method: sta, layer: 5, parameters: { autoencoder: nowhere.npz } }', 'an autoencoder that is not there'],
    ['{ method: sta, layer: 5, parameters: { autoencoder: sae.safetensors, share: 2 } }', 'share'],
  ])('is refused before anything is asked: %s', async (condition, said) => {
    write(condition)
    const { code, stderr } = await run('--plan')
    expect(code).toBe(1)
    expect(stderr).toContain(said)
  })
})
