/** What is measured at every strength of the chosen layer, on rows that no verdict is made of. */
import { templateWrapper } from '../attack/index.ts'
import { createRandom, sample } from '../data/index.ts'
import { PlimsollError } from '../errors.ts'
import { choiceSuite, gridSuite, type Suite } from '../measure/suites/index.ts'
import { chatFormat } from './general-suites.ts'
import { type Loader, nameOf } from './rows.ts'
import type { Ref, Study } from './schema.ts'
import type { SelectRows } from './split-rows.ts'

/**
 * General ability, and robustness of the control prompts of select. What is tested is left out.
 * @throws PlimsollError `invalid-input` for templates in a study of faithfulness, or none in one of refusals
 */
export async function loadExplored(
  study: Study,
  select: SelectRows,
  tested: readonly Suite[],
  loader: Loader,
): Promise<Suite[]> {
  const { explore } = study.select
  if (explore === false || select.control.length === 0) return []
  const [general, robustness] = [
    await generalOf(study, explore.general, tested, loader),
    await robustnessOf(study, select, tested, loader),
  ]
  return [general, robustness].filter(suite => suite.items.length > 0)
}

/** Rows of each suite. */
function exploredRows({ select: { explore }, limit }: Study): number {
  return explore === false ? 0 : Math.min(explore.rows, limit ?? explore.rows)
}

async function generalOf(study: Study, general: Ref, tested: readonly Suite[], loader: Loader): Promise<Suite> {
  const items = tested.flatMap(suite => suite.items)
  const requests = new Set(items.flatMap(item => (item.kind === 'choice' ? [item.request] : [])))
  const rowsOfSet = await loader.load(general, 'choices')
  const all = choiceSuite(nameOf(general), 'general', rowsOfSet, chatFormat({ choice: general }))
  // With examples before it, a question that is tested has another request.
  const asked = new Set(items.flatMap(item => (item.kind === 'choice' && item.raw ? [item.sample] : [])))
  const choices = all.items.filter(
    item => item.kind === 'choice' && !requests.has(item.request) && !asked.has(item.sample),
  )
  return { ...all, items: sample(choices, exploredRows(study), createRandom(study.seed, 'explored')) }
}

/** Refusals inside templates; questions behind distractors. */
async function robustnessOf(
  study: Study,
  { control, distracted }: SelectRows,
  tested: readonly Suite[],
  loader: Loader,
): Promise<Suite> {
  const { explore } = study.select
  const attack = explore === false ? undefined : explore.attack
  if (distracted !== undefined && attack === undefined) return { ...distracted, most: exploredRows(study) }
  if (distracted !== undefined || attack === undefined)
    throw new PlimsollError('invalid-input', `select.explore does not fit a study of ${study.behaviour}`, {
      found: attack === undefined ? 'no attack' : `attack: ${nameOf(attack)}`,
      expected:
        attack === undefined
          ? 'attack: templates for the control prompts, such as english/templates/select'
          : 'general and rows alone: the control questions follow distractors',
      fix: 'Correct select.explore, or set it to false.',
    })
  const items = tested.flatMap(suite => suite.items)
  const used = new Set(
    items.flatMap(item => (item.kind === 'answer' && item.wrapped ? [templateOf(item.wrapped)] : [])),
  )
  const templates = await loader.templates(attack, undefined, study.seed)
  const untested = templates.filter(({ template }) => !used.has(template))
  return gridSuite(`${nameOf(attack)} × control`, 'robustness', {
    wrappers: untested.map(templateWrapper),
    prompts: control,
    cells: exploredRows(study),
  })
}

function templateOf({ before, after }: { readonly before: string; readonly after: string }): string {
  return `${before}{prompt}${after}`
}
