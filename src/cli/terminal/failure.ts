/** Errors as people read them: what happened, where, what was found, what to do. */
import { PlimsollError } from '../../errors.ts'
import type { Output } from './output.ts'

export const exitCodes = { error: 1, usage: 2, interrupted: 130 } as const

/** Prints an error and says which exit code it deserves. */
export function reportFailure(error: unknown, output: Output): number {
  if (!(error instanceof PlimsollError)) {
    process.stderr.write(`${cross(output)} Something failed that should not have\n`)
    process.stderr.write(`  ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    process.stderr.write('  Do: report this, with the lines above.\n')
    return exitCodes.error
  }
  process.stderr.write(`${formatError(error, output)}\n`)
  if (error.code === 'cancelled') return exitCodes.interrupted
  return error.code === 'usage' ? exitCodes.usage : exitCodes.error
}

export function formatError(error: PlimsollError, output: Pick<Output, 'style' | 'unicode'>): string {
  const place = error.where === undefined ? '' : `   ${error.where}`
  const expected = error.expected === undefined ? '' : `expected ${error.expected}`
  const found = error.found === undefined ? '' : `${expected === '' ? 'found' : 'got'} ${error.found}`
  const facts = [expected, found].filter(text => text !== '').join(', ')
  return [
    `${cross(output)} ${output.style('bold', error.message)}${place}`,
    ...(facts === '' ? [] : [`  ${facts}`]),
    ...(error.fix === undefined ? [] : [`  Do: ${error.fix}`]),
  ].join('\n')
}

function cross(output: Pick<Output, 'style' | 'unicode'>): string {
  return output.style('red', output.unicode ? '✖' : 'x')
}
