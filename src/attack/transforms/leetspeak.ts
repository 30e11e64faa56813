import type { Attack } from '../types.ts'

const digits: Readonly<Record<string, string>> = { a: '4', e: '3', i: '1', o: '0', s: '5', t: '7' }
const letters = Object.fromEntries(Object.entries(digits).map(([letter, digit]) => [digit, letter]))

export const leetspeak: Attack = {
  name: 'leetspeak',
  group: 'encoding',
  does: 'Puts digits for a, e, i, o, s and t.',
  citation:
    'Wei, Haghtalab and Steinhardt, "Jailbroken: How Does LLM Safety Training Fail?", NeurIPS 2023, arXiv 2307.02483',
  differsFromOriginal:
    'Every letter of the six in the whole request, by rule; the original has a model change words that stand out.',
  defaults: {},
  seeded: false,
  apply: request => ({ user: request.replaceAll(/[aeiost]/gi, letter => digits[letter.toLowerCase()] ?? letter) }),
  decode: ({ user }) => user.replaceAll(/[431057]/g, digit => letters[digit] ?? digit),
}
