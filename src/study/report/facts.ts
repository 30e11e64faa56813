/** What a study ran on, as names and values. */
import type { StudyResult } from '../result.ts'
import { count, duration } from './format.ts'
import { sourcesOf } from './sources.ts'

/** For page and Markdown alike. */
export function factsOf(result: StudyResult): readonly (readonly [string, string])[] {
  const { model, engine, time, margins, fit } = result
  return [
    ['study', `${result.study}, ${result.title}`],
    ['run', result.run],
    [
      'model',
      `${model.name}: ${model.architecture}, ${model.layers} layers of width ${model.width}, ${model.quantisation}`,
    ],
    ['model fingerprint', model.fingerprint],
    ['system prompt', model.system ?? 'none'],
    ['engine', `llama.cpp ${engine.release}, ${engine.device}, ${engine.cpu}, ${engine.threads} threads`],
    ['time', `${time.started} to ${time.finished} (${duration(time.seconds)}), ${count(result.answers)} answers`],
    [
      'margins',
      `rates ${margins.rates} points, perplexity ${margins.perplexity} %, degenerate answers ${margins.degenerate} points`,
    ],
    ...(fit === null
      ? []
      : [
          [
            'fit',
            `${fit.method}: ${count(fit.positive)} positive and ${count(fit.negative)} negative prompts. ${fit.note}`,
          ] as const,
        ]),
    ...deviationFacts(result),
    ...dataFacts(result),
    ['tool', result.tool],
  ]
}

function dataFacts({ plan }: StudyResult): (readonly [string, string])[] {
  const { sets, files } = sourcesOf(plan)
  const known = sets.map(
    ({ name, licence, source }) => `${name} (${licence}${source === 'packaged' ? '' : `, ${source}`})`,
  )
  const all = [...known, ...files.map(file => `${file} (own file)`)]
  return all.length === 0 ? [] : [['data sets', all.join('; ')]]
}

function deviationFacts({ deviations }: StudyResult): (readonly [string, string])[] {
  if (deviations === undefined || deviations === null) return []
  const told = deviations.map(({ key, builtin, used }) => `${key}: ${used} in place of ${builtin}`)
  return [['departs from the built-in study', told.length === 0 ? 'nowhere' : told.join('; ')]]
}
