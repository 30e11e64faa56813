/**
 * What llama.cpp's reader of grammars cannot bear: it calls itself for every parenthesis until its stack is used up, and
 * counts from n down to m in `{m,n}` as if m were never the greater one. [src/llama-grammar.cpp of release v0.5.0]
 */
const deepest = 500

/** Null for a grammar that may be read. */
export function grammarProblem(grammar: string): string | null {
  let depth = 0
  for (const [token, low, high] of grammar.matchAll(tokens)) {
    if (token === '(') depth++
    else if (token === ')') depth--
    if (depth > deepest) return `parentheses more than ${deepest} deep`
    if (low !== undefined && high !== undefined && Number(low) > Number(high)) return `${token}, which counts down`
  }
  return null
}

/** Strings, sets of characters and comments are stepped over whole. */
const tokens = /"(?:\\.|[^"\\])*"?|\[(?:\\.|[^\]\\])*\]?|#[^\n]*|[()]|\{\s*(\d+)\s*,\s*(\d+)\s*\}/gs
