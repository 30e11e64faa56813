/** What a point of a selection shows on the select split, in words: what that is depends on what is steered. */
import type { Study } from './schema.ts'

type Behaviour = Study['behaviour'] | undefined

/** `answers 80 % of the target prompts and leaves 4 % of the control prompts unrefused`. */
export function shownWords(
  behaviour: Behaviour,
  { target, control }: Readonly<{ target: number; control: number }>,
): string {
  return behaviour === 'faithfulness'
    ? `answers ${percent(target)} of the target questions from the context, and ${percent(control)} of the control questions, which have none, other than from memory`
    : `answers ${percent(target)} of the target prompts and leaves ${percent(control)} of the control prompts unrefused`
}

/** Heads of the columns of target and control. */
export function shownHeads(behaviour: Behaviour): readonly [string, string] {
  return behaviour === 'faithfulness'
    ? ['from the context, target', 'not from memory, control']
    : ['complies, target', 'not refused, control']
}

/** What the curves are of, as the beginning of a sentence. */
export function shownLead(behaviour: Behaviour): string {
  return behaviour === 'faithfulness'
    ? 'Share of target questions answered from the context, and of control questions, which have none, answered other than from memory'
    : 'Share of target prompts complied with, and of control prompts not refused'
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`
}
