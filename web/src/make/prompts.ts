/** Prompts as they are written into a box, one a line, and what is to be said of two sides of them. */

/** Fewest rows that a study takes a side for. */
const few = 16
/** How many times as many one side may have as the other. */
const unequal = 1.5

export function promptsOf(text: string): string[] {
  return text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
}

/** In the order of their weight; empty where there is nothing to say. */
export function warningsOf(more: readonly string[], less: readonly string[]): string[] {
  if (more.length === 0 && less.length === 0) return []
  const [small, large] = [Math.min(more.length, less.length), Math.max(more.length, less.length)]
  const both = new Set(more.filter(prompt => less.includes(prompt))).size
  const twice = doubles(more) + doubles(less)
  return [
    small < few &&
      `Fewer than ${few} on a side: such a vector is as much about these very prompts as about what they share.`,
    large > small * unequal &&
      small > 0 &&
      `The sides are unequal (${more.length} and ${less.length}): what only the longer one talks of comes in.`,
    both > 0 && `${lines(both)} on both sides, where ${both === 1 ? 'it says' : 'they say'} nothing.`,
    twice > 0 && `${lines(twice)} a second time on one side, where ${twice === 1 ? 'it counts' : 'they count'} twice.`,
  ].filter(warning => warning !== false)
}

function doubles(prompts: readonly string[]): number {
  return prompts.length - new Set(prompts).size
}

function lines(count: number): string {
  return count === 1 ? '1 line stands' : `${count} lines stand`
}
