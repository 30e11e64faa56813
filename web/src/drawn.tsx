import type { Html } from '../../src/study/report/html.ts'

/** A part of the report as it is: its tagged template has escaped all text that is not ours. */
export function Drawn({ of }: { readonly of: Html | false | null }) {
  if (of === false || of === null) return null
  // biome-ignore lint/security/noDangerouslySetInnerHtml: only `html` makes an `Html`, and it escapes
  return <div className="drawn" dangerouslySetInnerHTML={{ __html: of.markup }} />
}
