/** Keeps the page readable and small: texts of others are shown up to a length that the page states. */
import { count } from '../format.ts'
import { escaped, type Html, html } from '../html.ts'
import type { Sample } from '../sample.ts'

/** Characters of a text that are shown: the first with which all samples stay within `room`, else the last. */
const lengths = [4000, 2000, 1000] as const
const shortest = 500

/** Bytes for the texts of all samples, as they stand in the page. */
const room = 1_000_000

/** Room for what marks differing words, per text. */
const marks = 1.25

/** The length up to which the texts of these samples are shown. */
export function shownLength(samples: readonly Sample[]): number {
  const texts = samples.flatMap(({ prompt, template, baseline, steered }) => {
    return [prompt, template?.before ?? '', template?.after ?? '', template?.as ?? '', baseline.text, steered.text]
  })
  const sizes = (length: number) => texts.reduce((sum, text) => sum + size(text, length), 0)
  return lengths.find(length => sizes(length) <= room) ?? shortest
}

function size(text: string, length: number): number {
  return marks * Buffer.byteLength(escaped(shown(text, length)))
}

/** The beginning of a text, without half a character at its end. */
export function shown(text: string, length: number): string {
  if (text.length <= length) return text
  const end = /[\ud800-\udbff]/.test(text[length - 1] ?? '') ? length - 1 : length
  return text.slice(0, end)
}

/** What stands after a text of which `kept` is shown, and where the whole is; null where that is all of it. */
export function rest(text: string, kept: string, where: 'the exported answers' | 'the data set'): Html | null {
  const more = text.length - kept.length
  if (more === 0) return null
  return html`<span class="muted">… (${count(more)} more ${more === 1 ? 'character' : 'characters'}; in ${where})</span>`
}
