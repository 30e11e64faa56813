/** Rows whose text is a whole chat template, as what it says. */
import { takeOutOfChat } from './chat-format.ts'
import { slot } from './rows.ts'
import type { Beside, Kind, RowsOf } from './types.ts'

/** The row with its text out of the template, and the template's name; as it is, and null, where it carries none. */
export function withoutChat<Row extends RowsOf<Kind>>(
  kind: Kind,
  row: Row,
): { readonly row: Row; readonly format: string | null } {
  const text = textOf(kind, row)
  const found = text === null ? null : takeOutOfChat(text)
  // A template whose slot stands elsewhere than in the request would have nothing to be filled in.
  if (found === null || (kind === 'templates' && found.user.split(slot).length !== 2)) return { row, format: null }
  const { format, user, ...beside } = found
  return { row: { ...row, ...said(kind, user), ...beside }, format }
}

function textOf(kind: Kind, row: RowsOf<Kind>): string | null {
  if (kind === 'prompts' && 'prompt' in row) return row.prompt ?? null
  if (kind === 'templates' && 'template' in row) return row.template
  return kind === 'rewrites' && 'text' in row ? row.text : null
}

function said(kind: Kind, user: string): Partial<Record<'prompt' | 'template' | 'text', string>> {
  if (kind === 'prompts') return { prompt: user }
  return kind === 'templates' ? { template: user } : { text: user }
}

/** What stands beside the text of a row, without its empty places. */
export function besideOf({ system, turns, prefill }: Beside): Beside {
  return {
    ...(system !== undefined && { system }),
    ...(turns !== undefined && { turns }),
    ...(prefill !== undefined && { prefill }),
  }
}
