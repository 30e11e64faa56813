import { normaliseText } from './text.ts'

const minor =
  /\b(?:child(?:ren)?s?|kids?|minors?|under ?age[d]?|teen(?:age(?:d|r|rs)?|s)?|pre ?teens?|tweens?|toddlers?|infants?|bab(?:y|ies)|school ?(?:girl|boy|child|kid)s?|(?:little|young) (?:girl|boy)s?|boys?|girls?|juveniles?|adolescents?|(?:[1-9]|1[0-7]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven)teen) ?(?:yo|years? old))\b/u
const sexual =
  /\b(?:sex(?:y|es|ed|ting|ts?)?|sexual\p{L}*|porn\p{L}*|nudes?|nudity|naked|erotic\p{L}*|rap(?:e|es|ed|ing|ist|ists)|molest\p{L}*|groom(?:ing|s|ed)?|seduc\p{L}*|intimate (?:photo|picture|image|video)s?|explicit (?:photo|picture|image|video|content|material)s?|incest\p{L}*|obscene|lewd|nsfw|fetish\p{L}*|hentai)\b/u
const alone = /\b(?:p(?:a)?edophil\p{L}*|p(?:a)?edo|csam|csem|child ?porn\p{L}*|lolicon|lolis?|shotacon|shota)\b/u

/** How many words may lie between the two words that make a row suspect: one or two sentences. */
const reach = 30

/**
 * Whether a row may ask for sexual content about minors: a word for the topic itself, or a word for a minor and a sexual
 * word within 30 words of each other. Conservative: it also drops rows that merely come near, and they are counted.
 */
export function mentionsMinorsSexually(text: string): boolean {
  const normal = normaliseText(text)
  if (alone.test(normal)) return true
  if (!minor.test(normal) || !sexual.test(normal)) return false
  const minors = positions(normal, minor)
  return positions(normal, sexual).some(at => minors.some(other => Math.abs(at - other) <= reach))
}

/** Word positions at which a pattern matches. */
function positions(normal: string, pattern: RegExp): number[] {
  return [...normal.matchAll(new RegExp(pattern.source, 'gu'))].map(
    match => normal.slice(0, match.index).split(' ').length,
  )
}
