/** JSON itself as GBNF. */

/** By name: what each stands for. */
export type Rules = Readonly<Record<string, string>>

export const jsonRules: Rules = {
  // Bounded, or a model that likes line feeds would write nothing else.
  ws: '"" | " " | "\\n" [ \\t]{0,20}',
  value: 'object | array | string | number | boolean | null',
  object: '"{" ws (member ("," ws member)*)? "}"',
  member: 'string ws ":" ws value ws',
  array: '"[" ws (value ws ("," ws value ws)*)? "]"',
  string: '"\\"" character* "\\""',
  character: '[^"\\\\\\x00-\\x1f\\x7f] | "\\\\" (["\\\\/bfnrt] | "u" (unit | [dD] [0-7] hex{2}))',
  // No half of a pair: two of them are one character, and lengths count characters.
  unit: '[0-9a-ce-fA-CE-F] hex{3}',
  hex: '[0-9a-fA-F]',
  // As many digits as a number in JavaScript has, and no exponent that makes it infinite.
  number: 'integer ("." [0-9]{1,15})? ([eE] [+-]? [0-9]{1,2})?',
  integer: '"-"? ("0" | [1-9] [0-9]{0,14})',
  boolean: '"true" | "false"',
  null: '"null"',
}

/** A text that has to stand there as it is. */
export function literal(text: string): string {
  const escaped = text
    .replaceAll(/[\\"]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
  return `"${escaped}"`
}
