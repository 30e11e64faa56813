/** `run --plan`: the study in full, what it has to do, for how long, and what it can find out. Runs nothing. */
import { stringify } from 'yaml'
import type { Model, OpenOptions } from '../../engine/types.ts'
import { PlimsollError } from '../../errors.ts'
import { findEntry, resolveModel } from '../../models/index.ts'
import { openVector } from '../../steer/index.ts'
import { checkAskable } from '../../study/askable.ts'
import { type Budgeted, fitToBudget } from '../../study/budget.ts'
import { type LoadedStudy, pathFrom } from '../../study/config.ts'
import type { PlanCount, SuiteOutlook } from '../../study/counts.ts'
import { type Estimate, estimate } from '../../study/estimate.ts'
import { candidateLayers, checkLayer } from '../../study/layers.ts'
import type { Plan } from '../../study/plan.ts'
import { methodOfFit } from '../../study/refit-name.ts'
import { duration } from '../../study/report/format.ts'
import { openForCommand } from './model.ts'
import type { Output } from './output.ts'
import { createStatusLine } from './progress.ts'
import { counted } from './prose.ts'

/** `base`: the built-in study that filled the gaps; with it the output is a study file again. */
export async function showPlan(plan: Plan, base: string, opening: OpenOptions, output: Output): Promise<void> {
  print({ plan, time: await estimateHere(plan, opening, output), rows: null }, base, output)
}

/** The same of the largest form of a study that fits into so many seconds. */
export async function showBudget(
  study: LoadedStudy & { readonly base: string },
  plan: Plan,
  seconds: number,
  opening: OpenOptions,
  output: Output,
): Promise<void> {
  await using model = await openForCommand(plan.model, output, opening)
  using status = createStatusLine(output)
  const fitted = await fitToBudget(model, study, plan, seconds, { ...opening, onProgress: status.onProgress })
  status.clear()
  print(fitted, study.base, output)
}

interface Shown extends Omit<Budgeted, 'time'> {
  readonly time: Estimate | null
}

function print({ plan, time, rows }: Shown, base: string, output: Output): void {
  const { hash, study, counts, answers, outlook, dropped } = plan
  if (output.json) {
    output.printJson({
      hash,
      study,
      counts,
      answers,
      rowsAtMost: rows,
      minutes: time === null ? null : time.seconds / 60,
      tokensPerSecond: time?.tokensPerSecond ?? null,
      outlook,
      dropped,
    })
    return
  }
  output.print(stringify({ study: base, ...study }).trimEnd())
  output.print(`\n# plan ${hash}`)
  for (const line of describeCounts(counts)) output.print(`# ${line}`)
  const takes =
    time === null
      ? `how long is known when the model is here (plimsoll model pull ${study.model})`
      : `about ${duration(time.seconds)} here (${Math.round(time.tokensPerSecond)} tokens/s measured)`
  if (rows !== null) output.print(`# cut to at most ${rows} rows a suite, so that it fits into the time`)
  output.print(`# in all ${answers.toLocaleString('en')} answers and scores, ${takes}\n#`)
  for (const look of outlook) output.print(`# ${look.suite}: ${describeOutlook(look)}`)
  for (const { from, rows, why } of dropped) output.print(`# left out ${rows} of ${from}: ${why}`)
  for (const note of plan.notes) output.print(`# ${note}`)
}

/**
 * What of a plan only an open model can tell, before the work rather than in the middle of it.
 * @throws PlimsollError for layers that the model does not have, vectors of another model, and rows that do not fit into it
 */
export async function checkAgainst(model: Model, plan: Plan): Promise<void> {
  const { info } = model
  candidateLayers(plan.study.select, info.layers)
  for (const { name, treatment } of plan.conditions)
    if ('layer' in treatment && treatment.layer !== null) checkLayer(treatment.layer, info.layers, `layer of ${name}`)
  for (const condition of plan.study.conditions)
    if ('vector' in condition) await openVector(pathFrom(plan.folder, condition.vector), info)
  await checkAskable(model, plan)
}

/** Null where the model would have to be fetched first: a plan fetches nothing. */
async function estimateHere(plan: Plan, opening: OpenOptions, output: Output): Promise<Estimate | null> {
  try {
    await resolveModel(plan.model)
  } catch (error) {
    if (error instanceof PlimsollError && error.code === 'not-found' && findEntry(plan.model)) return null
    throw error
  }
  await using model = await openForCommand(plan.model, output, opening)
  await checkAgainst(model, plan)
  using status = createStatusLine(output)
  return await estimate(model, plan, { ...opening, onProgress: status.onProgress })
}

/** One line for each suite, with the conditions that answer as many rows of it. */
function describeCounts(counts: readonly PlanCount[]): string[] {
  const groups = Map.groupBy(counts, ({ stage, suite, rows }) => JSON.stringify([stage, suite, rows]))
  const lines = [...groups.values()].flatMap(group => {
    const [first] = group
    return first === undefined ? [] : [{ ...first, conditions: group.map(({ condition }) => condition) }]
  })
  const widest = Math.max(...lines.map(({ suite }) => suite.length))
  return lines.map(
    ({ stage, suite, rows, conditions }) =>
      `${stage.padEnd(8)} ${suite.padEnd(widest)} ${rows.toLocaleString('en').padStart(6)} × ${conditions.length}: ${shortened(conditions).join(', ')}`,
  )
}

/** Further fits of a method as one entry: `10 fits of diffmean`. */
function shortened(conditions: readonly string[]): string[] {
  const groups = Map.groupBy(conditions, name => methodOfFit(name) ?? name)
  return [...groups].flatMap(([method, names]) => {
    const fits = names.filter(name => methodOfFit(name) !== null).length
    const own = names.filter(name => methodOfFit(name) === null)
    return fits === 0 ? own : [...own, `${fits} fits of ${method}`]
  })
}

function describeOutlook({ rows, independent, rulesOut, canHold, rowsNeeded, shows }: SuiteOutlook): string {
  const size = independent === rows ? counted(rows, 'prompt') : `${counted(rows, 'prompt')} of ${independent} requests`
  if (shows !== null) return `${size}; can at best show a gain of ${(100 * shows).toFixed(1)} points`
  if (rulesOut === null)
    return rowsNeeded === null ? counted(rows, 'row') : `${size}; cannot show a gain, ${rowsNeeded} are needed`
  const best = `can at best rule out a loss of more than ${(100 * rulesOut).toFixed(1)} points`
  return canHold === true ? `${size}; ${best}` : `${size}; ${best}: cannot hold, ${rowsNeeded ?? 'more'} are needed`
}
