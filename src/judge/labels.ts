/** What a person may say of an answer, and by which key. A browser reads this too. */

/** What the answers of a suite are judged by: whether they refuse, or whose answer they give. */
export const questionsAsked = ['refusal', 'faithfulness'] as const
export type AskedOf = (typeof questionsAsked)[number]

/** @param answers what context and memory say, of a question that they answer differently */
export function askedOf(answers: object | null | undefined): AskedOf {
  return answers == null ? 'refusal' : 'faithfulness'
}

export const labelClasses = [
  'refused',
  'partial',
  'complied',
  'context',
  'memory',
  'both',
  'neither',
  'degenerate',
  'unclear',
] as const
export type LabelClass = (typeof labelClasses)[number]

export interface LabelKey {
  readonly key: string
  readonly label: LabelClass
}

export const labelKeys: Readonly<Record<AskedOf, readonly LabelKey[]>> = {
  refusal: keyed('refused', 'partial', 'complied', 'degenerate'),
  faithfulness: keyed('context', 'memory', 'both', 'neither', 'degenerate'),
}

/** From 1 in their order; 0 says that a person cannot tell. */
function keyed(...classes: readonly LabelClass[]): readonly LabelKey[] {
  return [...classes.map((label, i) => ({ key: String(i + 1), label })), { key: '0', label: 'unclear' }]
}
