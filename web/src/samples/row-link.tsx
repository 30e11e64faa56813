import type { SampleRow } from '../../../src/serve/viewer/wire.ts'
import { withQuery } from '../address.ts'
import { ChangeWord } from './change-word.tsx'

interface Props {
  readonly row: SampleRow | undefined
  readonly isOpen: boolean
  readonly address: URL
}

/** Two lines: what was asked; what became of it, and where it stands. */
export function RowLink({ row, isOpen, address }: Props) {
  if (row === undefined) return <span className="row muted">…</span>
  const { suite, sample, change, before, after, label, prompt, template } = row
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
      href={withQuery(address, { in: suite, at: sample })}
      aria-current={isOpen ? 'true' : undefined}
    >
      <span className="text-of-model asked">{prompt}</span>
      <span className="meta">
        <ChangeWord change={change} /> <span className="rest">{meta.join(' · ')}</span>
      </span>
    </a>
  )
}
