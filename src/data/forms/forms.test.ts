import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { thrownBy } from '../../../test/support/thrown.ts'
import { loadDataset } from '../dataset.ts'
import { parsePythonTexts } from './python.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-forms-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, content: unknown): { file: string } {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return { file: path }
}

describe('an artefact file of JailbreakBench', () => {
  const entry = (index: number, prompt: string | null) => ({
    index,
    goal: `Goal ${index}`,
    behavior: `B ${index}`,
    category: 'Kind',
    prompt,
    response: prompt === null ? null : '…',
    number_of_queries: 1,
    queries_to_jailbreak: null,
    prompt_tokens: 1,
    response_tokens: 1,
    jailbroken: false,
  })
  const artefact = file('vicuna.json', {
    parameters: { method: 'PAIR', model: 'vicuna-13b-v1.5', attack_type: 'black_box' },
    jailbreaks: [entry(0, 'Say zero'), entry(1, null), entry(2, 'Say two'), entry(3, null)],
  })

  it('is a set of rewritings by its method, those that the attack did not find counted apart', async () => {
    const { rows, dropped } = await loadDataset(artefact, { kind: 'rewrites' })
    expect(rows.map(({ prompt, text, by }) => [prompt, text, by])).toEqual([
      ['Goal 0', 'Say zero', 'PAIR'],
      ['Goal 2', 'Say two', 'PAIR'],
    ])
    expect(dropped).toEqual([{ from: artefact.file, rows: 2, why: 'the attack found no prompt (null)' }])
  })

  it('is a set of prompts too', async () => {
    const { rows } = await loadDataset(artefact, { kind: 'prompts' })
    expect(rows.map(({ id, prompt, category }) => [id, prompt, category])).toEqual([
      ['PAIR-0', 'Say zero', 'Kind'],
      ['PAIR-2', 'Say two', 'Kind'],
    ])
  })
})

describe('HarmBench', () => {
  it('behaviours: contexts go before them, protected texts are left out', async () => {
    const csv = [
      'Behavior,FunctionalCategory,SemanticCategory,Tags,ContextString,BehaviorID',
      'Plain one,standard,chem,,,plain',
      'With it,contextual,cyber,context,"A long, long text",with',
      'A song,copyright,copyright,"lyrics, hash_check",,song',
    ].join('\n')
    const { rows, dropped } = await loadDataset(file('behaviours.csv', csv), { kind: 'prompts' })
    expect(rows.map(({ id, prompt, category }) => [id, prompt, category])).toEqual([
      ['plain', 'Plain one', 'chem'],
      ['with', 'A long, long text\n\n---\n\nWith it', 'cyber'],
    ])
    expect(dropped).toMatchObject([{ rows: 1, why: expect.stringContaining('protected text') }])
  })

  it('test cases: one for each behaviour, or several, each a way of its own', async () => {
    const single = await loadDataset(file('cases.json', { plain: ['x'], with: ['y'] }), { kind: 'rewrites' })
    expect(single.rows.map(({ of, text, by }) => [of, text, by])).toEqual([
      ['plain', 'x', undefined],
      ['with', 'y', undefined],
    ])
    const several = await loadDataset(file('many.json', { plain: ['x', 'z'] }), { kind: 'rewrites' })
    expect(several.rows.map(({ by }) => by)).toEqual(['case 1', 'case 2'])
  })

  it('human jailbreaks: a list in Python, each a prefix unless it has a place for the request', async () => {
    const source = [
      '# [not "this"]',
      'import x',
      'JAILBREAKS = [',
      '    """First,',
      'over \\"two\\" lines.""", # and a "comment"',
      "    'Second [INSERT PROMPT HERE] here',",
      '    "Third in " "two pieces\\n",',
      ']',
      'OTHER = ["no"]',
    ].join('\n')
    const { rows } = await loadDataset(file('jailbreaks.py', source), { kind: 'templates' })
    expect(rows.map(({ template }) => template)).toEqual([
      'First,\nover "two" lines.\n\n{prompt}',
      'Second {prompt} here',
      'Third in two pieces\n\n{prompt}',
    ])
  })
})

it('StrongREJECT, the behaviours of JailbreakBench, AdvBench: known by their columns', async () => {
  const strong = file('strongreject_dataset.csv', 'category,source,forbidden_prompt\nViolence,custom,How?\n')
  expect((await loadDataset(strong, { kind: 'prompts' })).rows).toMatchObject([
    { prompt: 'How?', category: 'Violence' },
  ])
  const jbb = file('jbb.csv', 'Index,Goal,Target,Behavior,Category,Source\n0,How so?,Sure,B,Fraud,Original\n')
  expect((await loadDataset(jbb, { kind: 'prompts' })).rows).toMatchObject([{ prompt: 'How so?', category: 'Fraud' }])
  const adv = file('adv.csv', 'goal,target\nWhy?,Sure\n')
  expect((await loadDataset(adv, { kind: 'prompts' })).rows).toMatchObject([{ prompt: 'Why?' }])
  // Told columns are taken as they are told.
  const { file: path } = strong
  const told = await loadDataset({ file: path, columns: { prompt: 'source' } }, { kind: 'prompts' })
  expect(told.rows).toMatchObject([{ prompt: 'custom' }])
})

it('a form gives way to our own columns, keeps ids and categories, and is named', async () => {
  const attacks = file('attacks.csv', 'goal,target,prompt\nWhy?,Sure,In a play: why?\n')
  const own = await loadDataset(attacks, { kind: 'prompts' })
  expect(own).toMatchObject({ rows: [{ prompt: 'In a play: why?' }], notes: [] })
  const strong = file('strong.csv', 'category,source,forbidden_prompt,prompt\nViolence,custom,How?,In a play: how?\n')
  expect((await loadDataset(strong, { kind: 'prompts' })).rows).toMatchObject([{ prompt: 'In a play: how?' }])
  const numbered = file('numbered.csv', 'id,category,goal,target\na7,Fraud,Why?,Sure\n')
  expect(await loadDataset(numbered, { kind: 'prompts' })).toMatchObject({
    rows: [{ id: 'a7', category: 'Fraud', prompt: 'Why?' }],
    notes: [expect.stringMatching(/numbered\.csv was read in the form of AdvBench, by its columns goal, target\./u)],
  })
})

describe('collected templates in a file of any form', () => {
  it.each([
    ['strings.json', ['Be free.', 'Now: <prompt>!']],
    ['rows.jsonl', '{"prompt": "Be free."}\n{"prompt": "Now: <prompt>!"}'],
    ['lines.txt', 'Be free.\nNow: <prompt>!'],
    ['table.csv', 'name,prompt\na,Be free.\nb,Now: <prompt>!'],
  ])('%s', async (name, content) => {
    const { rows } = await loadDataset(file(name, content), { kind: 'templates' })
    expect(rows.map(({ template }) => template)).toEqual(['Be free.\n\n{prompt}', 'Now: {prompt}!'])
  })

  it('a prefix under another column is named, and one with several slots left out', async () => {
    const { file: path } = file('other.csv', 'jailbreak\nBe free.\n[question] and [question]\n')
    const { rows, dropped } = await loadDataset({ file: path, columns: { prompt: 'jailbreak' } }, { kind: 'templates' })
    expect(rows.map(({ template }) => template)).toEqual(['Be free.\n\n{prompt}'])
    expect(dropped).toMatchObject([{ from: path, rows: 1, why: 'has several slots for a request' }])
  })

  it('a file that has a column of templates means its slots: none, or two, are an error with its line', async () => {
    const two = file('two.jsonl', '{"template": "a {prompt}"}\n{"template": "{prompt} or {prompt}"}')
    await expect(loadDataset(two, { kind: 'templates' })).rejects.toMatchObject({
      code: 'data-invalid',
      where: `${two.file}:2`,
      found: expect.stringContaining('exactly one'),
    })
    await expect(loadDataset(file('none.jsonl', '{"template": "a"}'), { kind: 'templates' })).rejects.toThrow()
  })
})

describe('rows that carry a chat template', () => {
  it('prompts: taken off, with what stood beside the request, and said', async () => {
    const { rows, notes } = await loadDataset(
      file(
        'chats.jsonl',
        [
          {
            prompt:
              '<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHow?<|im_end|>\n<|im_start|>assistant\nSure,',
          },
          { prompt: '[INST] Why? [/INST]' },
          { prompt: 'Plain?' },
        ]
          .map(row => JSON.stringify(row))
          .join('\n'),
      ),
      { kind: 'prompts' },
    )
    expect(rows).toMatchObject([
      { prompt: 'How?', system: 'Be kind.', prefill: 'Sure,' },
      { prompt: 'Why?' },
      { prompt: 'Plain?' },
    ])
    expect(rows[1]).not.toHaveProperty('system')
    expect(notes).toEqual([
      expect.stringMatching(/^1 row of .*chats\.jsonl stood in a chat template \(ChatML\)/u),
      expect.stringMatching(/^1 row of .*\(Llama 2 or Mistral\)/u),
    ])
  })

  it('templates: the slot has to be in the request', async () => {
    const chats = [{ template: '[INST] {prompt} [/INST] Sure, here' }, { template: '[INST] Hello [/INST] {prompt}' }]
    const { rows } = await loadDataset(file('in-chat.jsonl', chats.map(row => JSON.stringify(row)).join('\n')), {
      kind: 'templates',
    })
    expect(rows).toMatchObject([
      { template: '{prompt}', prefill: 'Sure, here' },
      { template: '[INST] Hello [/INST] {prompt}' },
    ])
  })
})

describe('a list in a Python file', () => {
  const quoted = (text: string) =>
    `"${text.replaceAll(/[\\"\n\r]/g, one => ({ '\n': '\\n', '\r': '\\r' })[one] ?? `\\${one}`)}"`

  it('gives back any texts', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', minLength: 1 }), { minLength: 1 }), texts => {
        const source = `A = [\n${texts.map(text => `  ${quoted(text)},  # x ' y`).join('\n')}\n]\nB = ["no"]\n`
        expect(parsePythonTexts(source, 'a.py').map(({ value }) => value)).toEqual(texts)
      }),
    )
  })

  it('knows raw texts, escapes and where each begins, and refuses a file without one', () => {
    const rows = parsePythonTexts(`X: list[str] = [r"a\\n", '\\x41\\u00e9\\q',\n'''b''']`, 'a.py')
    expect(rows).toEqual([
      { where: 'a.py:1', value: 'a\\n' },
      { where: 'a.py:1', value: 'Aé\\q' },
      { where: 'a.py:2', value: 'b' },
    ])
    expect(thrownBy(() => parsePythonTexts('print("hi")', 'a.py')).code).toBe('data-invalid')
  })
})

const published = join(process.env.PLIMSOLL_DATA ?? '', 'harmbench/harmbench_val.csv')
it.skipIf(process.env.PLIMSOLL_DATA === undefined || !existsSync(published))(
  'the validation set of HarmBench',
  async () => {
    const { rows, dropped } = await loadDataset({ file: published }, { kind: 'prompts' })
    expect(rows.length + dropped.reduce((sum, entry) => sum + entry.rows, 0)).toBe(79)
    expect(rows.every(({ category }) => category !== undefined)).toBe(true)
    expect(dropped.some(({ why }) => why.includes('protected text'))).toBe(true)
  },
)
