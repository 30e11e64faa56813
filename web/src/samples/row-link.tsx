import type { SampleRow } from '../../../src/serve/viewer/wire.ts'
import { withQuery } from '../address.ts'
import { ChangeWord } from './change-word.tsx'
import { opened } from './open.ts'

interface Props {
  readonly row: SampleRow | undefined
  /** In the list. */
  readonly index: number
  readonly isOpen: boolean
  readonly address: URL
}

/** Two lines: what was asked; what became of it, and where it stands. */
export function RowLink({ row, index, isOpen, address }: Props) {
  if (row === undefined) return <span className="row muted">…</span>
  const { suite, change, before, after, label, prompt, template } = row
  const meta = [
    `${before ?? 'not judged'} → ${after ?? 'not judged'}`,
    ...(label === null ? [] : [`you: ${label}`]),
    ...(template === null ? [] : [template]),
    suite,
  ]
  return (
    <a
      className="row"
      data-keep=""
      href={withQuery(address, opened(row, index))}
      aria-current={isOpen ? 'true' : undefined}
    >
      <span className="text-of-model asked">{prompt}</span>
      <span className="meta">
        <ChangeWord change={change} /> <span className="rest">{meta.join(' · ')}</span>
      </span>
    </a>
  )
}
