/** What is measured at every strength of the chosen layer, on rows that no verdict is made of. */
import { templateWrapper } from '../attack/index.ts'
import { createRandom, type PromptRow, sample } from '../data/index.ts'
import { choiceSuite, gridSuite, type Suite } from '../measure/suites/index.ts'
import { chatFormat } from './general-suites.ts'
import { type Loader, nameOf } from './rows.ts'
import type { Study } from './schema.ts'

/** Rows and templates that are tested are left out; the prompts inside the templates are the control prompts of select. */
export async function loadExplored(
  { select: { explore }, seed, limit }: Study,
  control: readonly PromptRow[],
  tested: readonly Suite[],
  loader: Loader,
): Promise<Suite[]> {
  if (explore === false || control.length === 0) return []
  const { general, attack } = explore
  const rows = Math.min(explore.rows, limit ?? explore.rows)
  const items = tested.flatMap(suite => suite.items)
  const requests = new Set(items.flatMap(item => (item.kind === 'choice' ? [item.request] : [])))
  const rowsOfSet = await loader.load(general, 'choices')
  const all = choiceSuite(nameOf(general), 'general', rowsOfSet, chatFormat({ choice: general }))
  // With examples before it, a question that is tested has another request.
  const asked = new Set(items.flatMap(item => (item.kind === 'choice' && item.raw ? [item.sample] : [])))
  const choices = all.items.filter(
    item => item.kind === 'choice' && !requests.has(item.request) && !asked.has(item.sample),
  )
  const used = new Set(
    items.flatMap(item => (item.kind === 'answer' && item.wrapped ? [templateOf(item.wrapped)] : [])),
  )
  const templates = await loader.templates(attack, undefined, seed)
  const untested = templates.filter(({ template }) => !used.has(template))
  return [
    { ...all, items: sample(choices, rows, createRandom(seed, 'explored')) },
    gridSuite(`${nameOf(attack)} × control`, 'robustness', {
      wrappers: untested.map(templateWrapper),
      prompts: control,
      cells: rows,
    }),
  ].filter(suite => suite.items.length > 0)
}

function templateOf({ before, after }: { readonly before: string; readonly after: string }): string {
  return `${before}{prompt}${after}`
}
