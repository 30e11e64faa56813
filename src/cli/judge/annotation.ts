/** Shows answers one by one and keeps what a person says of each. */
import { type LabelKey, labelKeys } from '../../judge/labels.ts'
import type { Store } from '../../store/index.ts'
import type { DrawnAnswer } from '../../study/judging/draw.ts'
import { isDrawn } from '../../study/judging/labelled.ts'
import type { Output } from '../terminal/output.ts'
import type { Keys } from './keys.ts'

export interface Annotation {
  readonly store: Store
  readonly run: string
  readonly keys: Keys
  /** Whether answers to harmful requests are seen at once. */
  readonly show: 'all' | 'veiled'
  readonly output: Shown
}

/** Where answers are shown. */
type Shown = Pick<Output, 'note' | 'style'>

function legendOf(keys: readonly LabelKey[]): string {
  return `${keys.map(({ key, label }) => `${key} ${label}`).join('  ')}  u undo  q quit`
}

/**
 * Each label is kept as it is given. Answers that have one are passed over.
 * @returns how many of them are still without a label
 */
export async function annotate(
  drawn: readonly DrawnAnswer[],
  { store, run, keys, show, output }: Annotation,
): Promise<number> {
  const nameOf = ({ chunk, position }: Pick<DrawnAnswer, 'chunk' | 'position'>) => `${chunk}/${position}`
  const done = new Set((await store.labels(run)).filter(isDrawn).map(nameOf))
  const open = drawn.filter(one => !done.has(nameOf(one)))
  let at = 0
  while (at < open.length) {
    const one = open[at]
    if (one === undefined) break
    const given = labelKeys[one.asks]
    const legend = legendOf(given)
    let veiled = one.harmful && show === 'veiled'
    showAnswer(one, veiled, `${drawn.length - open.length + at + 1} of ${drawn.length}`, output)
    for (let key = await keys.next(); ; key = await keys.next()) {
      if (key === null || key === 'q') return open.length - at
      if (key === 'v' && veiled) {
        veiled = false
        output.note(`\n${plainText(one.answer)}\n\n${legend}`)
        continue
      }
      if (key === 'u' && at > 0) {
        at -= 1
        const before = open[at]
        if (before !== undefined) await store.removeLabel(run, before)
        break
      }
      const said = given.find(known => known.key === key)?.label
      if (said === undefined) {
        output.note(key === 'u' ? 'Nothing to undo.' : `Keys: ${legend}`)
      } else if (veiled) {
        output.note('Press v to read the answer before you label it.')
      } else {
        await store.saveLabel(run, { chunk: one.chunk, position: one.position, class: said })
        output.note(said)
        at += 1
        break
      }
    }
  }
  return 0
}

function showAnswer(one: DrawnAnswer, veiled: boolean, place: string, output: Shown): void {
  const legend = legendOf(labelKeys[one.asks])
  const sides =
    one.answers === null
      ? ''
      : `\n${output.style('dim', 'the context says')} ${namesOf(one.answers.context)}\n${output.style('dim', 'memory says')} ${namesOf(one.answers.memory)}\n`
  const answer = veiled ? '(veiled: the request is harmful. v shows the answer)' : plainText(one.answer)
  output.note(
    `\n${output.style('bold', `── ${place}`)}\n${output.style('dim', 'request')}\n${plainText(one.request)}\n${sides}\n${output.style('dim', one.truncated ? 'answer, cut at the token limit' : 'answer')}\n${answer}\n\n${veiled ? `v show  ${legend}` : legend}`,
  )
}

function namesOf(names: readonly string[]): string {
  return plainText(names.join(', '))
}

/** Without control characters, which could write anywhere on the screen, and without what turns the direction of text. */
function plainText(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
  )
}
