/** A method and what it is told, as `fit` and `sweep` are given them. */
import { z } from 'zod'
import type { FileRef } from '../data/index.ts'
import { PlimsollError } from '../errors.ts'
import {
  defaultsOf,
  type FitMethod,
  fitMethods,
  isFitMethod,
  needsControl,
  parseJson,
  TokensSaid,
} from '../steer/index.ts'
import { MethodParameters } from '../study/schema.ts'
import { suggest } from '../suggest.ts'
import { promptList } from './prompt-list.ts'

export function methodNamed(name: string): FitMethod {
  if (isFitMethod(name)) return name
  throw new PlimsollError('usage', `${name} cannot be fitted from two lists of prompts`, {
    expected: fitMethods.map(({ name }) => name).join(', '),
    fix: didYouMean(name, fitMethods),
  })
}

export function didYouMean(name: string, known: readonly { readonly name: string }[]): string {
  const near = suggest(
    name,
    known.map(method => method.name),
  )
  return near === undefined ? 'See them all with: plimsoll methods' : `Did you mean ${near}?`
}

/** `lambda=0.6`, `centred=true`. */
export function parametersFrom(method: FitMethod, written: readonly string[]): MethodParameters {
  const known = Object.keys(defaultsOf(method))
  const entries = written.map(one => {
    const [name = '', value] = one.split(/=(.*)/s)
    if (value !== undefined && known.includes(name)) return [name, parsed(value)]
    throw new PlimsollError(
      'usage',
      value === undefined ? `${one} is no NAME=VALUE` : `${method} has no parameter ${name}`,
      {
        expected: known.map(parameter => `${parameter}=…`).join(', ') || 'none: this method has no parameters',
        fix: `See them with: plimsoll methods ${method}`,
      },
    )
  })
  const checked = MethodParameters.safeParse(Object.fromEntries(entries))
  if (checked.success) return checked.data
  throw new PlimsollError('usage', 'A parameter has a value that it cannot have', {
    found: z.prettifyError(checked.error),
    expected: `values like ${JSON.stringify(defaultsOf(method))}`,
    fix: `See them with: plimsoll methods ${method}`,
  })
}

function parsed(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  const number = Number(text)
  return text.trim() === '' || Number.isNaN(number) ? text : number
}

export interface ControlLists {
  readonly controlPositive?: string | undefined
  readonly controlNegative?: string | undefined
  readonly limit?: number | undefined
  readonly column?: FileRef['columns']
}

export async function controlOf(method: FitMethod, { controlPositive, controlNegative, ...of }: ControlLists) {
  if (controlPositive !== undefined && controlNegative !== undefined)
    return { positive: await promptList(controlPositive, of), negative: await promptList(controlNegative, of) }
  if (!needsControl(method) && controlPositive === undefined && controlNegative === undefined) return undefined
  throw new PlimsollError('usage', `${method} does not know what is to be left alone`, {
    expected: '--control-positive and --control-negative, such as harmless and harmful prompts',
    fix: 'Name both lists.',
  })
}

/** A word, or `{"phase":"prompt","first":3}`. */
export function tokensNamed(said: string): TokensSaid {
  const value: unknown = said.startsWith('{') ? parseJson(said) : said
  const { data } = TokensSaid.safeParse(value)
  if (data !== undefined) return data
  throw new PlimsollError('usage', '--tokens says no tokens', {
    found: said,
    expected: 'template-suffix, last, prompt, answer, or a clause such as {"phase":"prompt","first":3}',
    fix: 'Name one of these; docs/where.md has the keys of a clause.',
  })
}
