/** Passages of our own writing around a single fact, true or not: what a reader would meet in a reference work. */
import { createHash } from 'node:crypto'

/** `{fact}` is a whole sentence, `{subject}` whom or what it is about. None says that the fact is true, or doubts it. */
const templates = [
  'From a reference work, under {subject}. {fact} The entry was revised for the latest edition.',
  '{fact} So it is listed in the catalogue under {subject}, together with the sources that were used.',
  'A short note on {subject} was added to the archive last year. {fact} The note is open to readers.',
  'The guide has a page on {subject}. {fact} Further pages tell of its history.',
  'Visitors often ask about {subject}. {fact} The same is written on the plate beside the door.',
]

/** The template is chosen by the row, so that the golden passage of a row differs from the other in the answer only. */
export function factPassage(id: string, subject: string, fact: string): string {
  const template = templates[digit(id) % templates.length] ?? ''
  return template.replaceAll('{subject}', () => subject).replaceAll('{fact}', () => fact)
}

/** A number that a text has for good, evenly spread. */
export function digit(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0)
}

/** A sentence: its first letter large, one full stop at its end. */
export function sentence(text: string): string {
  const trimmed = text.trim().replace(/[.\s]+$/u, '')
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}.`
}
