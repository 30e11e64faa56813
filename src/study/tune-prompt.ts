/** The system prompt that a study is held against: of several, the best by the rule that also selects vectors. */
import { net } from './net.ts'
import type { Plan } from './plan.ts'
import { selectRates } from './select.ts'
import { shownWords } from './shown-words.ts'
import type { Setting, Work } from './work.ts'

export interface TunedPrompt {
  readonly setting: Setting
  /** What is done to the model, and how it was chosen. */
  readonly description: string
}

/** Most compliance on the target prompts less what is not refused of the control prompts of the select split; of equals the first. */
export async function tunePrompt(
  work: Work,
  plan: Plan,
  condition: string,
  texts: readonly string[],
  onRows: (rows: number) => void,
): Promise<TunedPrompt> {
  const { system, slots } = plan.study
  const under = (text: string): Setting => {
    return { steering: [], system: system === null ? text : `${system}\n${text}`, slots }
  }
  const [only = '', ...others] = texts
  if (others.length === 0) return { setting: under(only), description: `the system prompt “${only}”` }
  const tried = []
  for (const [i, text] of texts.entries()) {
    const { target, control } = await selectRates(work, plan, `${condition} ${i + 1}`, under(text), onRows)
    tried.push({ text, target, control, score: net({ target, control }) })
  }
  const best = tried.reduce((first, next) => (next.score > first.score ? next : first))
  return {
    setting: under(best.text),
    description: `the system prompt “${best.text}”, the best of ${texts.length} on the select split: it ${shownWords(plan.study.behaviour, best)}`,
  }
}
