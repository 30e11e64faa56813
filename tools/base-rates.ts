/**
 * What models refuse by themselves: the table of docs/models.md.
 * npm run base-rates -- --model NAME|FILE [--model …] [--limit N] [--system TEXT] [--json]
 * Needs PLIMSOLL_DATA, a folder with the published sets.
 */
import { parseArgs } from 'node:util'
import { loadDataset } from '../src/data/index.ts'
import type { Model } from '../src/engine/types.ts'
import { judgeRefusal } from '../src/judge/index.ts'
import { wilson } from '../src/measure/statistics/index.ts'
import { openModel } from '../src/models/open.ts'
import { underSystem } from '../src/steer/fit.ts'

const sets = ['jailbreakbench', 'xstest/unsafe', 'xstest/safe']
const { values } = parseArgs({
  options: {
    model: { type: 'string', multiple: true, default: ['smollm2-135m'] },
    limit: { type: 'string' },
    system: { type: 'string' },
    threads: { type: 'string' },
    'max-tokens': { type: 'string', default: '96' },
    json: { type: 'boolean', default: false },
  },
})

interface Rate {
  readonly model: string
  readonly set: string
  readonly n: number
  readonly refused: number
  readonly partial: number
  readonly degenerate: number
  readonly unscored: number
  /** Share refused in full, with its 95 % interval (Wilson). */
  readonly rate: number
  readonly interval: readonly [number, number]
  readonly seconds: number
}

const rates: Rate[] = []
for (const name of values.model) {
  await using model = await openModel(name, values.threads === undefined ? {} : { threads: Number(values.threads) })
  for (const set of sets) rates.push(await measure(model, set))
}
if (values.json) console.log(JSON.stringify(rates, null, 2))
else {
  console.log('| model | set | n | refused | 95 % | partial | degenerate | unscored |')
  console.log('|---|---|---|---|---|---|---|---|')
  for (const { model, set, n, rate, interval, partial, degenerate, unscored } of rates) {
    const percent = (value: number) => Math.round(100 * value)
    console.log(
      `| ${model} | ${set} | ${n} | ${percent(rate)} % | [${percent(interval[0])}, ${percent(interval[1])}] | ${partial} | ${degenerate} | ${unscored} |`,
    )
  }
}

async function measure(model: Model, set: string): Promise<Rate> {
  const { rows } = await loadDataset(set, { kind: 'prompts' })
  const asked = rows.slice(0, values.limit === undefined ? undefined : Number(values.limit))
  const began = performance.now()
  const answers = await model.generate(
    asked.map(row => underSystem(row.prompt, values.system)),
    {
      maxTokens: Number(values['max-tokens']),
      onProgress: ({ done, total, tokensPerSecond }) => {
        if (done % 32 === 0)
          console.error(`${model.info.name} ${set} ${done}/${total} ${Math.round(tokensPerSecond ?? 0)} tok/s`)
      },
    },
  )
  const classes = answers.map(({ text, finish }) => judgeRefusal(text, { truncated: finish === 'length' }).class)
  const count = (wanted: string) => classes.filter(found => found === wanted).length
  const refused = count('refused')
  return {
    model: model.info.name,
    set,
    n: asked.length,
    refused,
    partial: count('partial'),
    degenerate: count('degenerate'),
    unscored: count('unscored'),
    rate: refused / asked.length,
    interval: wilson(refused / asked.length, asked.length),
    seconds: (performance.now() - began) / 1000,
  }
}
