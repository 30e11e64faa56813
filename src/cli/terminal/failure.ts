/** Errors as people read them: what happened, where, what was found, what to do; and as programs do, with `--json`. */
import { PlimsollError } from '../../errors.ts'
import { systemFailure } from './system-failure.ts'

export const exitCodes = { error: 1, usage: 2, interrupted: 130 } as const

/** How an error is written. */
export interface FailureStyle {
  readonly json: boolean
  readonly unicode: boolean
  styleError(format: 'red' | 'bold', text: string): string
}

/** Prints an error and says which exit code it deserves. */
export function reportFailure(error: unknown, style: FailureStyle): number {
  const known = error instanceof PlimsollError ? error : systemFailure(error)
  if (known === undefined) {
    process.stderr.write(`${cross(style)} Something failed that should not have\n`)
    process.stderr.write(`  ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    process.stderr.write('  Do: report this, with the lines above.\n')
    if (style.json) printJson({ code: 'internal', message: error instanceof Error ? error.message : String(error) })
    return exitCodes.error
  }
  const { code, message, where, expected, found, fix } = known
  if (style.json) printJson({ code, message, where, expected, found, fix })
  // Whoever pressed Ctrl-C knows what happened, and has been told how to go on.
  process.stderr.write(`${code === 'cancelled' ? '  Stopped.' : formatError(known, style)}\n`)
  if (code === 'cancelled') return exitCodes.interrupted
  return code === 'usage' ? exitCodes.usage : exitCodes.error
}

function printJson(error: Readonly<Record<string, string | undefined>>): void {
  process.stdout.write(`${JSON.stringify({ error }, null, 2)}\n`)
}

export function formatError(error: PlimsollError, style: FailureStyle): string {
  const place = error.where === undefined ? '' : `   ${error.where}`
  const facts = factsOf(error)
  return [
    `${cross(style)} ${style.styleError('bold', error.message.replace(/\.$/, ''))}${place}`,
    ...(facts === '' ? [] : [`  ${facts}`]),
    ...(error.fix === undefined ? [] : [`  Do: ${error.fix}`]),
  ].join('\n')
}

/** The longest list that helps; a reader who sees more looks for it elsewhere. */
const LONGEST = 160

function factsOf({ message, expected, found, fix }: PlimsollError): string {
  const got = found === undefined ? undefined : plainWords(found)
  // Some facts are whole sentences already.
  if (got?.includes(`: expected ${expected}`)) return got
  // Where the right word is known, the list of all of them is in its way.
  const known = fix?.startsWith('Did you mean') ?? false
  if (got?.endsWith(': unknown key')) return known ? got : `${got}, expected ${shortened(expected ?? 'none')}`
  if (expected === undefined || known) return got === undefined || message.includes(got) ? '' : `found ${got}`
  if (got === undefined) return `expected ${shortened(expected)}`
  return `expected ${shortened(expected)}, got ${got}`
}

/** Without the words of the operating system and of the parser. */
function plainWords(found: string): string {
  return found
    .replaceAll(/\s*\n\s*/g, '; ')
    .replace(/^E[A-Z]+: ([^,]+), \w+( '.*')?$/, '$1')
    .replace(/Invalid input: expected \w+, received (\w+)/, (_, what) => (what === 'undefined' ? 'nothing' : what))
}

/** Cuts a long list after a comma and says how many entries it goes on for. */
function shortened(list: string): string {
  if (list.length <= LONGEST) return list
  const entries = list.split(', ')
  const kept: string[] = []
  for (const entry of entries) {
    if (kept.length > 0 && [...kept, entry].join(', ').length > LONGEST) break
    kept.push(entry)
  }
  const left = entries.length - kept.length
  return left === 0 ? list : `${kept.join(', ')} and ${left} more`
}

function cross(style: FailureStyle): string {
  return style.styleError('red', style.unicode ? '✖' : 'x')
}
