import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadDataset } from '../dataset.ts'
import type { ConflictRow } from '../types.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-conflicts-'))
afterAll(() => rmSync(dataDir, { recursive: true }))

function write(path: string, text: string): string {
  const file = join(dataDir, path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, text)
  return file
}

async function load(ref: Parameters<typeof loadDataset>[0]) {
  return loadDataset(ref, { kind: 'conflicts', dataDir })
}

describe('the readers of published sets', () => {
  it('pairs KRE-SQuAD by id, and counts leaky rows by what leaks', async () => {
    const row = (id: string, question: string, answer: string, context: string) => ({ id, question, answer, context })
    const golden = [
      row('a', 'Where is Normandy?', 'France', 'Normandy is in France.'),
      row('b', 'Who led them?', 'Rollo', 'Rollo led them.'),
      row('c', 'Is Paris in France?', 'France', 'Paris is in France.'),
      row('d', 'What is the river?', 'Seine', 'The river is the Seine.'),
      row('e', 'Alone?', 'x', 'x'),
    ]
    const negative = [
      row('b', 'Who led them?', 'Harald', 'Harald led them, not Rollo.'),
      row('a', 'Where is Normandy?', ' Spain ', 'Normandy is in Spain.'),
      row('c', 'Is Paris in France?', 'Italy', 'Paris is in Italy.'),
      row('d', 'What is the river?', 'Rhine', 'The river is the Loire.'),
    ]
    write('kre_squad_musique/squad_golden.json', JSON.stringify(golden))
    write('kre_squad_musique/squad_negative.json', JSON.stringify(negative))
    const { rows, dropped } = await load('kre-squad')
    expect(rows).toMatchObject([
      {
        id: 'a',
        memory: ['France'],
        context: ['Spain'],
        passage: 'Normandy is in Spain.',
        golden: 'Normandy is in France.',
      },
    ])
    expect(dropped.map(({ rows, why }) => [rows, why])).toEqual([
      [1, 'has no changed paragraph'],
      [1, 'leaky: the passage still says memory’s answer'],
      [1, 'leaky: the question names one of its answers'],
      [1, 'leaky: the passage does not say its own answer'],
    ])
  })

  it('tells a saying of MemoTrap from its instruction', async () => {
    const [quote, translate] = ['1-proverb-ending', '2-proverb-translation']
    const head = 'prompt,classes,answer_index\n'
    write(
      `memotrap/${quote}.csv`,
      `${head}"Write a quote that ends in the word ""heavy"": Absence makes the heart grow","[' fonder.', "" heavy.""]",1\n`,
    )
    write(
      `memotrap/${translate}.csv`,
      `${head}"Translate the following sentence from French into English.\nLe temps vole.\nto:\nTime and tide wait for","[' no man.', ' everyone.']",1\n`,
    )
    const { rows } = await load('memotrap')
    expect(rows).toMatchObject([
      {
        question: 'Complete this saying: Absence makes the heart grow …',
        passage: 'Write a quote that ends in the word "heavy".',
        memory: ['fonder'],
        context: ['heavy'],
        said: 'in words',
      },
      {
        passage: 'Translate the following sentence from French into English: Le temps vole.',
        memory: ['no man'],
        context: ['everyone'],
        said: 'translated',
      },
    ])
  })

  it('leaves out a saying that holds one of its endings, and endings that any text holds', async () => {
    const head = 'prompt,classes,answer_index\n'
    const translated = 'Translate the following sentence from French into English.\n'
    const sayings = [
      `"${translated}Tout est bien.\nto:\nAll is well that ends","[' well.', ' happily.']",1`,
      `"${translated}Il faut une.\nto:\nIt takes one to know","[' one.', ' someone.']",1`,
      `"${translated}Le soir.\nto:\nRed sky at","[' night.', ' dusk.']",1`,
    ]
    const written = `"Write a quote that ends in the word ""it"": If the shoe fits, wear","[' boots.', ' it.']",1`
    write('memotrap/1-proverb-ending.csv', `${head}${written}\n`)
    write('memotrap/2-proverb-translation.csv', `${head}${sayings.join('\n')}\n`)
    const { rows, dropped } = await load('memotrap')
    expect(rows.map(({ memory }) => memory)).toEqual([['night']])
    expect(dropped.map(({ rows, why }) => [rows, why])).toEqual([
      [1, 'leaky: an answer is nothing but function words'],
      [2, 'leaky: the question names one of its answers'],
    ])
  })

  it('writes passages around CounterFact and popular PopQA facts, which differ in the answer only', async () => {
    write(
      'counterfact_compmech/full_data_sampled_gpt2_with_subjects.json',
      JSON.stringify([
        { base_prompt: 'The home of the okapi is', target_true: ' Congo', target_new: ' Peru', subject: 'okapi' },
        { base_prompt: 'Honda Civic is made by', target_true: ' Honda', target_new: ' Fiat', subject: 'Honda Civic' },
      ]),
    )
    const counterfact = await load('counterfact')
    expect(counterfact.rows).toMatchObject([{ memory: ['Congo'], context: ['Peru'], article: 'okapi' }])
    for (const { passage, golden } of counterfact.rows) expect(passage.replace('Peru', 'Congo')).toBe(golden)
    const fact = (id: number, subject: string, names: string[], s_pop: number) => {
      return { input: `What is the capital of ${subject}?`, output: JSON.stringify(names), id, s_pop }
    }
    write(
      'bunsenfeng_mixed/popqa.json',
      JSON.stringify({
        dev: [fact(1, 'Utah', ['Salt Lake City', 'SLC'], 9000), fact(2, 'Nowhere', ['Nothing'], 3)],
        test: [fact(3, 'Nevada', ['Carson City'], 8000), { ...fact(4, 'x', ['y'], 9000), input: 'Why?' }],
      }),
    )
    const popqa = await load('popqa')
    expect(popqa.rows.map(({ memory, context }) => [memory[0], context])).toEqual([
      ['Salt Lake City', ['Carson City']],
      ['Carson City', ['Salt Lake City']],
    ])
    expect(popqa.rows[0]).toMatchObject({ category: 'capital', probe: 'Which city is the capital of Utah?' })
    expect(popqa.dropped).toEqual([
      { from: 'popqa', rows: 1, why: 'asks in a form that no template has' },
      { from: 'popqa', rows: 1, why: 'its subject is read by fewer than 1000 a month' },
    ])
  })

  it('reads ConflictQA, a record a line whatever its name', async () => {
    const row = {
      question: 'Can a snake swallow a tank?',
      memory_answer: 'No, a snake cannot.',
      parametric_memory: 'It is too big.',
    }
    // A sentence of the question's own words is an answer as good as others.
    const same = { ...row, question: 'Do snakes eat tanks?', counter_answer: 'Snakes eat tanks.' }
    const written = [
      { ...row, counter_answer: 'Yes, a snake can.', counter_memory: 'Some did.' },
      { ...same, counter_memory: 'Many do.' },
    ]
    write('conflictqa/conflictQA-strategyQA-gpt4.json', `${written.map(one => JSON.stringify(one)).join('\n')}\n`)
    const { rows } = await load('conflictqa')
    expect(rows).toMatchObject([
      { memory: ['No, a snake cannot.'], context: ['Yes, a snake can.'], passage: 'Some did.' },
      { context: ['Snakes eat tanks.'] },
    ])
  })
})

describe('names of nothing but function words', () => {
  it('go where an answer has others, after its row was checked under all of them', async () => {
    const country = { question: 'Where is Utah?', context: 'France', passage: 'Utah is in France.' }
    const all = ['United States', 'US', 'U.S.']
    const rows = [
      { ...country, memory: all },
      { ...country, passage: 'They told us that Utah is in France.', memory: all },
      { ...country, passage: 'Utah is in France, they say.', memory: ['US', 'U.S.'] },
    ]
    const file = write('countries.jsonl', rows.map(row => JSON.stringify(row)).join('\n'))
    const { rows: kept, dropped } = await load({ file })
    expect(kept.map(({ memory }) => memory)).toEqual([['United States']])
    expect(dropped.map(({ rows, why }) => [rows, why])).toEqual([
      [1, 'leaky: the passage still says memory’s answer'],
      [1, 'leaky: an answer is nothing but function words'],
    ])
  })
})

describe('own files', () => {
  const wanted: Partial<ConflictRow> = { memory: ['Paris'], context: ['Rome', 'Roma'], passage: 'It is Rome.' }

  it('come in the published form of NQ-Swap, ConFiQA and FaithEval', async () => {
    const question = 'What is the capital?'
    const forms = {
      'nq-swap': {
        question,
        org_context: 'It is Paris.',
        org_answer: ['Paris'],
        sub_context: 'It is Rome.',
        sub_answer: ['Rome', 'Roma'],
      },
      confiqa: {
        question,
        orig_context: 'It is Paris.',
        orig_answer: 'Paris',
        orig_alias: [],
        cf_context: 'It is Rome.',
        cf_answer: 'Rome',
        cf_alias: ['Roma'],
      },
    } as const
    for (const format of ['nq-swap', 'confiqa'] as const) {
      const file = write(`${format}.jsonl`, JSON.stringify(forms[format]))
      const { rows } = await load({ file, format })
      expect(rows).toMatchObject([{ ...wanted, golden: 'It is Paris.' }])
    }
    const choices = { label: ['A', 'B', 'C'], text: ['Paris', 'Rome', 'Oslo'] }
    const file = write(
      'faitheval.json',
      JSON.stringify([{ id: 'f1', question, context: 'It is Rome.', answerKey: 'B', choices }]),
    )
    const { rows } = await load({ file, format: 'faitheval' })
    expect(rows).toMatchObject([{ id: 'f1', memory: ['Paris', 'Oslo'], context: ['Rome'], passage: 'It is Rome.' }])
  })

  it('say by file and line what is wrong, and count rows without an answer', async () => {
    const good = { question: 'q', memory: 'Paris', context: ['Rome'], passage: 'It is Rome.' }
    const file = write(
      'own.jsonl',
      [good, { ...good, question: 'p', memory: '' }].map(row => JSON.stringify(row)).join('\n'),
    )
    const { rows, dropped } = await load({ file })
    expect(rows).toMatchObject([{ memory: ['Paris'], said: 'in words' }])
    expect(dropped).toMatchObject([{ rows: 1, why: expect.stringMatching(/no memory: own\.jsonl:2/) }])
    const twice = write(
      'twice.jsonl',
      [
        { ...good, id: 1 },
        { ...good, question: 'r', id: 1 },
      ]
        .map(row => JSON.stringify(row))
        .join('\n'),
    )
    await expect(load({ file: twice })).rejects.toMatchObject({ where: expect.stringMatching(/twice\.jsonl:2$/) })
    const other = write('other.jsonl', JSON.stringify({ question: 'q' }))
    await expect(load({ file: other, format: 'nq-swap' })).rejects.toMatchObject({
      code: 'data-invalid',
      where: expect.stringMatching(/other\.jsonl:1$/),
    })
  })
})
