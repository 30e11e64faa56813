/** Sentences as a terminal shows them. */
import { wrap } from '../../study/report/terminal/layout.ts'

/** Columns, as the verdict has them: what is piped reads as what is shown. */
const columns = 80

/** @param indent of every line but the first, which is taken to have its own */
export function prose(text: string, indent = 0): string {
  // No-break spaces have done their work: who copies a line wants plain ones.
  const [first = '', ...rest] = wrap(text, columns - indent).map(line => line.replaceAll('\u00a0', ' '))
  return [first, ...rest.map(line => ' '.repeat(indent) + line)].join('\n')
}

/** `1 prompt`, `1,200 prompts`. */
export function counted(n: number, what: string): string {
  return `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`
}
