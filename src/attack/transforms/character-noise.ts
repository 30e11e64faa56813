import { type Random, shuffle } from '../../random.ts'
import type { Attack } from '../types.ts'

/**
 * The augmentations of Best-of-N jailbreaking: the inner letters of a word are shuffled with probability σ^½ where it has
 * more than three, a letter changes its case with probability σ^½, and a printable ASCII character, the space included,
 * moves to a neighbour with probability σ³. Followed from bon/attacks/run_text_bon.py of github.com/jplhughes/bon-jailbreaking.
 */
export const characterNoise: Attack = {
  name: 'character-noise',
  group: 'encoding',
  does: 'Shuffles letters inside words, changes their case, and moves a few characters to their neighbours in ASCII.',
  citation: 'Hughes et al., "Best-of-N Jailbreaking", 2024, arXiv 2412.03556',
  differsFromOriginal:
    'One draw for each request where the original goes on until one succeeds; name it several times with other `draw`s for more.',
  defaults: { sigma: 0.4, draw: 0 },
  limits: { sigma: [0, 1], draw: [0, 1e6] },
  seeded: true,
  apply: (request, { parameters, random }) => {
    const sigma = Number(parameters.sigma)
    // Skips ahead, so that each draw is another noise.
    for (let i = 0; i < Number(parameters.draw); i += 1) random.next()
    const often = Math.sqrt(sigma)
    const scrambled = request.replaceAll(/[^\s]+/gu, word =>
      random.next() < often ? scrambledWord(word, random) : word,
    )
    const cased = scrambled.replaceAll(/[a-z]/gi, letter => (random.next() < often ? otherCase(letter) : letter))
    return { user: cased.replaceAll(/[ -~]/g, one => (random.next() < sigma ** 3 ? neighbour(one, random) : one)) }
  },
}

function scrambledWord(word: string, random: Random): string {
  const [first = '', ...rest] = [...word]
  const last = rest.pop()
  return rest.length < 2 || last === undefined ? word : `${first}${shuffle(rest, random).join('')}${last}`
}

function otherCase(letter: string): string {
  const small = letter.toLowerCase()
  return letter === small ? letter.toUpperCase() : small
}

/** One that would leave the printable characters stays as it is. */
function neighbour(character: string, random: Random): string {
  const code = character.charCodeAt(0) + (random.next() < 0.5 ? -1 : 1)
  return code < 32 || code > 126 ? character : String.fromCharCode(code)
}
