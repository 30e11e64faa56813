/** What every command shares: global flags and the shape of its help. */

import { InvalidArgumentError } from '@commander-js/extra-typings'
import type { FileRef } from '../data/index.ts'
import { parseStrength, strengthRange } from '../steer/strength.ts'
import { createOutput, type Output, type OutputFlags } from './terminal/output.ts'

export interface GlobalFlags extends OutputFlags {
  readonly store?: string | undefined
}

interface WithGlobals {
  optsWithGlobals(): object
}

export function globalsOf(command: WithGlobals): GlobalFlags {
  return command.optsWithGlobals()
}

export function outputOf(command: WithGlobals): Output {
  return createOutput(globalsOf(command))
}

/** The two examples that end every help. */
export function examples(first: string, second: string): string {
  return `\nExamples\n  ${first}\n  ${second}`
}

/** For numbers given as options. */
export function wholeNumber(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 0) return value
  throw new InvalidNumber(text, 'a whole number')
}

/** For what there has to be at least one of. */
export function positiveNumber(text: string): number {
  const value = wholeNumber(text)
  if (value > 0) return value
  throw new InvalidNumber(text, 'a whole number above 0')
}

/** 0: any that is free. */
export function portNumber(text: string): number {
  const value = wholeNumber(text)
  if (value < 1 << 16) return value
  throw new InvalidNumber(text, 'a port from 0 to 65535')
}

export function strengthNumber(text: string): number {
  const strength = parseStrength(text)
  if (strength !== null) return strength
  throw new InvalidNumber(text, strengthRange)
}

export function decimalNumber(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value)) return value
  throw new InvalidNumber(text, 'a number')
}

/** `90m`, `2h`, `1h30m`, `45s` as seconds. */
export function timeSpan(text: string): number {
  const found = /^(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m(?:in)?)?(?:(\d+)s)?$/.exec(text.replaceAll(' ', ''))
  const [, hours = 0, minutes = 0, seconds = 0] = found ?? []
  const span = 3600 * Number(hours) + 60 * Number(minutes) + Number(seconds)
  if (span > 0) return span
  throw new InvalidArgumentError(`Expected a time such as 90m or 2h, got "${text}".`)
}

type Columns = NonNullable<FileRef['columns']>

/** `prompt=question`, as often as it is given; several of theirs with commas. */
export function addColumn(text: string, columns: Columns = {}): Columns {
  const [, ours, theirs] = /^([^=]+)=(.+)$/.exec(text) ?? []
  if (ours === undefined || theirs === undefined)
    throw new InvalidArgumentError(`Expected OURS=THEIRS, such as prompt=question, got "${text}".`)
  return { ...columns, [ours]: ours === 'choices' ? theirs.split(',') : theirs }
}

class InvalidNumber extends InvalidArgumentError {
  constructor(found: string, expected: string) {
    super(`Expected ${expected}, got "${found}".`)
  }
}
