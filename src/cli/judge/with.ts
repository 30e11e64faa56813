/** Judges named on the command line, as a study file names them. */
import { parseDocument } from 'yaml'
import { PlimsollError } from '../../errors.ts'
import { OneJudge } from '../../study/schema.ts'

export const withHelp =
  'a judge as under `judge` in a study file, such as ./mine.ts or "{ rubric: grader.gguf, asks: refusal }"; may be given several times'

/** Adds a judge to those given before, as commander collects an option. @throws PlimsollError `usage` */
export function withJudge(text: string, before: readonly OneJudge[] = []): OneJudge[] {
  const document = parseDocument(text)
  const parsed = OneJudge.safeParse(document.errors.length > 0 ? text : document.toJS())
  if (parsed.success) return [...before, parsed.data]
  throw new PlimsollError('usage', 'This names no judge', {
    // Whoever puts a key in its place should not find it on the screen.
    found: /key/i.test(text) ? 'something else, not shown' : text.slice(0, 80),
    expected:
      './mine.ts, { rubric: MODEL, asks: harm or refusal }, { guard: MODEL, form: llama-guard, wildguard or granite-guardian, template? }, or { endpoint: URL, model: NAME, keyFrom?, asks? }',
    fix: 'Write it as in a study file, in quotes.',
  })
}
