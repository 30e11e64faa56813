/** JailbreakBench (Chao et al. 2024, arXiv 2404.01318): artefact files of attacks, and the behaviours. */
import * as z from 'zod'
import type { RawRow } from '../rows.ts'
import type { Form } from './types.ts'

const Artefact = z.object({
  parameters: z.looseObject({ method: z.string(), model: z.string() }),
  jailbreaks: z.array(z.record(z.string(), z.unknown())).min(1),
})

/** One attack on one model: an entry for each behaviour, its prompt null where the attack found none. */
export function artefactRows(value: unknown, file: string): RawRow[] | null {
  const { data } = Artefact.safeParse(value)
  if (data === undefined) return null
  const { method, model } = data.parameters
  return data.jailbreaks.map((entry, i) => ({ where: `${file}, entry ${i + 1}`, value: { ...entry, method, model } }))
}

export const jailbreakBenchArtefact: Form = {
  name: 'JailbreakBench artefact',
  columns: ['index', 'goal', 'prompt', 'method', 'jailbroken'],
  kinds: {
    prompts: {
      leaveOut: notFound,
      row: ({ index, method, prompt, category }) => ({ id: `${method}-${index}`, prompt, category }),
    },
    rewrites: {
      leaveOut: notFound,
      row: ({ goal, prompt, method }) => ({ prompt: goal, text: prompt, by: method }),
    },
  },
}

function notFound({ prompt }: Readonly<Record<string, unknown>>): string | null {
  return prompt === null ? 'the attack found no prompt (null)' : null
}

export const jailbreakBenchBehaviours: Form = {
  name: 'JailbreakBench behaviours',
  columns: ['Goal', 'Behavior', 'Category'],
  kinds: { prompts: { row: ({ Goal, Category }) => ({ prompt: Goal, category: Category }) } },
}
