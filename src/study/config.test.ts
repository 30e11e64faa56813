import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { thrownBy } from '../../test/support/thrown.ts'
import { PlimsollError } from '../errors.ts'
import { fitMethods } from '../steer/methods/fit-method.ts'
import { builtinStudies } from './builtin.ts'
import { loadStudy, modelFrom, parseStudy, refFrom, resolveStudy } from './config.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-study-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const problemIn = (text: string) => thrownBy(() => parseStudy(text, 'studies/mine.yaml'))

describe('a study file', () => {
  it('as the guide shows it is accepted', () => {
    const file = parseStudy(
      `# yaml-language-server: $schema=../node_modules/plimsoll/study.schema.json
version: 1
name: compliance-on-my-model
study: overrefusal              # what efficacy, control and robustness mean
model: ./models/mine.gguf       # or a name
system: You are a helpful assistant.
conditions:
  - method: diffmean
  - name: shipped
    vector: ./compliance.safetensors
    strength: 1.5
references:
  prompt: Answer every harmless question fully.
  random: 3
fit:
  positive: or-bench/fit
  negative: { file: data/refused.csv, columns: { prompt: question }, limit: 128 }
select:
  layers: { from: 10, to: 20 }
  strengths: [0.5, 1, 2, 3, 4]
  rule: target-minus-control
  on: { target: or-bench/select, control: harmful/select }
measure:
  efficacy: [xstest/safe]
  general: [mmlu, perplexity]
  control: [jailbreakbench, xstest/unsafe]
  robustness:
    - attack: jailbreakhub
      templates: 25
      prompts: jailbreakbench
margins: { rates: 5, perplexity: 5, degenerate: 2 }
judge: rules
generation: { maxTokens: 256, temperature: 0 }
seed: 1
`,
      'mine.yaml',
    )
    expect(file.conditions).toEqual([
      { method: 'diffmean' },
      { name: 'shipped', vector: './compliance.safetensors', strength: 1.5 },
    ])
    expect(resolveStudy(file).select.maxTokens).toBe(48)
  })

  it('with two lines is a whole study', () => {
    const study = resolveStudy(parseStudy('study: overrefusal\nmodel: some-model\n', 'a.yaml'))
    expect(study.model).toBe('some-model')
    expect(study.select.strengths).toEqual([0.5, 1, 2, 3, 4])
    expect(study.measure.control).toEqual(['jailbreakbench', 'xstest/unsafe'])
    expect(study.margins).toEqual({ rates: 5, perplexity: 5, degenerate: 2 })
  })

  it('keeps the axes and settings it leaves out', () => {
    const study = resolveStudy({
      study: 'demo',
      measure: { control: ['organism/harmful/select'] },
      select: { strengths: [1] },
    })
    expect(study.measure.control).toEqual(['organism/harmful/select'])
    expect(study.measure.efficacy).toEqual([{ prompts: 'organism/pseudo-harmful/test', limit: 200 }])
    expect(study.select.on.target).toBe('organism/pseudo-harmful/select')
    expect(study.select.strengths).toEqual([1])
  })

  it('fits on the rows it names for both sides, and on no pool of the study below', () => {
    const sides = { positive: { file: 'a.csv' }, negative: { file: 'b.csv' } }
    expect(resolveStudy({ study: 'demo', fit: sides }).fit).toMatchObject({ ...sides, keep: 'all' })
    expect(resolveStudy({ study: 'demo', fit: sides }).fit).not.toHaveProperty('pool')
    expect(resolveStudy({ study: 'demo', fit: { ...sides, keep: 'behaviour' } }).fit).toMatchObject({
      keep: 'behaviour',
    })
    const pool = 'organism/pseudo-harmful/fit'
    expect(resolveStudy({ study: 'demo', fit: { ...sides, pool } }).fit).toMatchObject({ pool, keep: 'behaviour' })
    const one = resolveStudy({ study: 'demo', fit: { positive: sides.positive } }).fit
    expect(one).toMatchObject({ pool, negative: 'organism/harmful/fit', keep: 'behaviour' })
    const none = resolveStudy({ study: 'demo', fit: { pool: false } }).fit
    expect(none).toMatchObject({ positive: 'organism/harmless/fit', keep: 'behaviour' })
    expect(none).not.toHaveProperty('pool')
  })

  it('fits so when it is filled up from a file beside it, too', () => {
    writeFileSync(join(folder, 'pooled.yaml'), 'study: demo\nfit: { pool: organism/harmless/fit }\n')
    const fitOf = (fit: string) => {
      writeFileSync(join(folder, 'above.yaml'), `study: pooled.yaml\nfit: ${fit}\n`)
      return loadStudy(join(folder, 'above.yaml')).study.fit
    }
    expect(fitOf('{ limit: 9 }').pool).toBe('organism/harmless/fit')
    expect(fitOf('{ pool: false }')).not.toHaveProperty('pool')
    expect(fitOf('{ positive: { file: a.csv }, negative: { file: b.csv } }')).not.toHaveProperty('pool')
  })

  it('resolves its paths from its own folder', () => {
    const path = join(folder, 'mine.yaml')
    writeFileSync(
      path,
      'study: demo\nmodel: ./mine.gguf\nconditions:\n  - { name: v, vector: v.safetensors }\nfit: { positive: { file: a/p.csv } }\n',
    )
    const loaded = loadStudy(path)
    expect(loaded.study.name).toBe('mine')
    expect(modelFrom(loaded)).toBe(join(folder, 'mine.gguf'))
    expect(refFrom(loaded.folder, loaded.study.fit.positive ?? '')).toEqual({ file: join(folder, 'a/p.csv') })
    // What is hashed and reported holds no path of the machine.
    expect(JSON.stringify(loaded.study)).not.toContain(folder)
    writeFileSync(path, 'study: demo\nmodel: organism\n')
    expect(modelFrom(loadStudy(path))).toBe('organism')
  })
})

it.each([
  'methods',
  'methods-matched-efficacy',
  'methods-matched-kl',
  'overrefusal-full',
  'paper/overrefusal',
  'paper/faithfulness',
])('studies/%s.yaml is a whole study', name => {
  const path = fileURLToPath(new URL(`../../studies/${name}.yaml`, import.meta.url))
  const { study } = loadStudy(path, { model: 'organism' })
  expect(study.measure.robustness.length).toBeGreaterThan(0)
  if (/^(?:paper|methods)/.test(name)) expect(study.conditions).toHaveLength(10)
})

it('a file may be filled up from one beside it', () => {
  const write = (name: string, text: string) => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  write('base.yaml', 'study: demo\nname: base\nseed: 7\nselect: { layers: 3, limit: 9 }\nconditions: paper\n')
  const middle = write('middle.yaml', 'study: ./base.yaml\nselect: { rule: both }\n')
  const { study, base, folder: from } = loadStudy(write('top.yml', 'study: middle.yaml\nseed: 8\n'))
  expect([study.name, base, from]).toEqual(['top', 'demo', folder])
  expect([study.seed, study.select.rule, study.select.limit, study.conditions.length]).toEqual([8, 'both', 9, 10])
  expect(loadStudy(middle).study.seed).toBe(7)

  write('circle.yaml', 'study: round.yaml\n')
  const why = (text: string) => thrownBy(() => loadStudy(write('round.yaml', text))).found
  expect(why('study: circle.yaml\n')).toBe('round.yaml: it is filled from this one itself')
  expect(why('study: absent.yaml\n')).toBe('absent.yaml: there is no such file')
  mkdirSync(join(folder, 'below'))
  write('below/other.yaml', 'study: demo\n')
  expect(why('study: below/other.yaml\n')).toBe('below/other.yaml: it lies in another folder')
})

it('conditions may be written in short', () => {
  const model = 'organism'
  expect(resolveStudy({ model, conditions: ['diffmean', { method: 'pca', layer: 3 }] }).conditions).toEqual([
    { method: 'diffmean' },
    { method: 'pca', layer: 3 },
  ])
  const paper = resolveStudy({ model, conditions: 'paper' }).conditions
  expect(paper).toHaveLength(10)
  expect(paper.slice(0, 2)).toEqual([{ method: 'diffmean' }, { method: 'diffmean', parameters: { constrained: true } }])
})

describe('an error in a study file', () => {
  it('names the place, what was found, and what to do', () => {
    const error = problemIn(
      'study: demo\nmeasure:\n  robustness:\n    - attack: jailbreakhub\n      templates: all\n      prompts: x\n',
    )
    expect(error.where).toBe('studies/mine.yaml:5:18')
    expect(error.found).toBe('measure.robustness[0].templates: expected a whole number from 1 to 500, got "all"')
    expect(error.fix).toContain('leave the line out')
  })

  it.each([
    ['modle: x\n', '1:1', 'Did you mean "model"?'],
    ['study: demo\nselect:\n  strength: [1]\n', '3:3', 'Did you mean "strengths"?'],
    ['generation: { maxtokens: 3 }\n', '1:15', 'Did you mean "maxTokens"?'],
    ['conditions:\n  - method: diffmean\n    stength: 2\n', '3:5', 'Did you mean "strength"?'],
    [
      'measure:\n  robustness:\n    - attack: a\n      prompts: b\n      template: 3\n',
      '5:7',
      'Did you mean "templates"?',
    ],
    ['zzzz: 1\n', '1:1', 'Remove the key.'],
  ])('%j is an unknown key at %s', (text, at, fix) => {
    const error = problemIn(text)
    expect(error.where).toBe(`studies/mine.yaml:${at}`)
    expect(error.fix).toBe(fix)
    expect(error.found).toContain('unknown key')
  })

  it.each([
    [
      'conditions:\n  - method: diffmen\n',
      '2:13',
      `conditions[0].method: expected ${fitMethods.map(({ name }) => `"${name}"`).join(' or ')}, got "diffmen"`,
    ],
    ['seed: -1\n', '1:7', 'seed: expected a whole number of at least 0, got -1'],
    ['seed: 1.5\n', '1:7', 'seed: expected a whole number of at least 0, got 1.5'],
    ['margins: 5\n', '1:10', 'margins: expected keys and values, got 5'],
    ['generation: { temperature: 0.7 }\n', '1:28', 'generation.temperature: expected 0, got 0.7'],
    ['version: 2\n', '1:10', 'version: expected 1, got 2'],
    ['- a\n', '1:1', 'the file: expected keys and values, got ["a"]'],
  ])('%j at %s', (text, at, found) => {
    const error = problemIn(text)
    expect([error.found, error.where]).toEqual([found, `studies/mine.yaml:${at}`])
  })

  it.each([
    ['conditions: [difmean]\n', '1:14', 'Did you mean "diffmean"?'],
    ['conditions: papers\n', '1:13', 'Did you mean "paper"?'],
  ])('%j is told what comes nearest', (text, at, fix) => {
    const error = problemIn(text)
    expect([error.fix, error.where]).toEqual([fix, `studies/mine.yaml:${at}`])
  })

  it('in the YAML itself has a place', () => {
    const error = problemIn('study: demo\nmodel: "x\nseed: 1\n')
    expect(error.where).toMatch(/^studies\/mine\.yaml:\d+:\d+$/)
    expect(error.message).toContain('YAML')
  })

  it('says which model is missing and which studies there are', () => {
    expect(() => resolveStudy({ study: 'overrefusal' })).toThrow(
      expect.objectContaining({ fix: expect.stringContaining('--model') }),
    )
    expect(() => loadStudy('overrefusl')).toThrow(
      expect.objectContaining({ code: 'not-found', fix: 'Did you mean overrefusal?' }),
    )
  })

  it('is the only thing any text leads to beside a study', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.object().map(value => stringify(value)),
        ),
        text => {
          try {
            parseStudy(text, 'f.yaml')
          } catch (error) {
            expect(error).toBeInstanceOf(PlimsollError)
            expect(error).toMatchObject({ code: 'invalid-input', fix: expect.any(String) })
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('built-in studies', () => {
  it.each(Object.keys(builtinStudies))('%s needs nothing but a model', name => {
    expect(resolveStudy({ model: 'some-model', study: name }).name).toBe(name)
  })
})
