/** One answer as text: words that differ from the other answer, and the words that made the judge decide. */
import { diffWordsWithSpace } from 'diff'
import { type Html, html } from '../html.ts'

/** A half-open range of UTF-16 offsets. */
export interface Range {
  readonly from: number
  readonly to: number
}

export interface Differences {
  /** Ranges of the first text that the second lacks, and the other way round. */
  readonly removed: readonly Range[]
  readonly added: readonly Range[]
}

/** Below this share of common characters every word would be marked, which shows nothing. */
const enoughInCommon = 0.2

/** Edits beyond which two texts are not compared further: a bound that does not depend on the machine's speed. */
const mostEdits = 600

/** Null where the texts have too little in common. */
export function differences(before: string, after: string): Differences | null {
  const parts = diffWordsWithSpace(before, after, { maxEditLength: mostEdits })
  if (parts === undefined) return null
  const removed: Range[] = []
  const added: Range[] = []
  let [a, b, common] = [0, 0, 0]
  for (const { value, added: isAdded, removed: isRemoved } of parts) {
    if (isAdded) added.push({ from: b, to: b + value.length })
    else if (isRemoved) removed.push({ from: a, to: a + value.length })
    else common += value.trim().length
    if (!isAdded) a += value.length
    if (!isRemoved) b += value.length
  }
  return common < enoughInCommon * Math.min(before.length, after.length) ? null : { removed, added }
}

/** The text with its differing words in `<del>` or `<ins>` and the evidence in `<mark>`. */
export function markedText(text: string, kind: 'del' | 'ins', changed: readonly Range[], evidence: string): Html {
  const at = evidence === '' ? -1 : text.indexOf(evidence)
  const quoted: readonly Range[] = at === -1 ? [] : [{ from: at, to: at + evidence.length }]
  const cuts = new Set([0, text.length, ...[...changed, ...quoted].flatMap(({ from, to }) => [from, to])])
  const sorted = [...cuts].toSorted((x, y) => x - y)
  const within = (ranges: readonly Range[], from: number) => ranges.some(range => range.from <= from && from < range.to)
  return html`${sorted.slice(0, -1).map((from, i) => {
    const piece = text.slice(from, sorted[i + 1])
    const marked = within(quoted, from) ? html`<mark>${piece}</mark>` : html`${piece}`
    if (!within(changed, from)) return html`<span class="eq">${marked}</span>`
    return kind === 'del' ? html`<del>${marked}</del>` : html`<ins>${marked}</ins>`
  })}`
}
