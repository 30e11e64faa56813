/**
 * PopQA (Mallen et al. 2023, arXiv 2212.10511): one question form a relation, subjects by popularity. The false answer
 * is another subject's, the passages are made from templates.
 */
import * as z from 'zod'
import { mentionsOf } from '../answers.ts'
import { parseJson, readText } from '../read.ts'
import type { RawRow, RawRows } from '../rows.ts'
import { digit, factPassage } from './facts.ts'
import { parsed } from './parsed.ts'

const Names = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text)
    } catch {
      context.addIssue('expected a JSON list of answers')
      return z.NEVER
    }
  })
  .pipe(z.array(z.string().min(1)).min(1))
const Row = z.object({ input: z.string(), output: Names, id: z.number(), s_pop: z.number() })
const File = z.object({ dev: z.array(z.unknown()), test: z.array(z.unknown()) })

/** Page views a month of the subject from which on a small model may have met it: about the more popular half. */
const POPULAR = 1000

interface Relation {
  readonly name: string
  readonly pattern: RegExp
  /** The fact as a sentence. */
  readonly fact: (subject: string, answer: string) => string
  /** The question in other words. */
  readonly probe: (subject: string) => string
}

const relations: readonly Relation[] = [
  relation('occupation', /^What is (.+)'s occupation\?$/, '{s} works as {a}.', 'Which job does {s} have?'),
  relation('birthplace', /^In what city was (.+) born\?$/, '{s} was born in {a}.', 'Where was {s} born?'),
  relation('genre', /^What genre is (.+)\?$/, 'The genre of {s} is {a}.', 'To which genre does {s} belong?'),
  relation(
    'father',
    /^Who is the father of (.+)\?$/,
    'The father of {s} is {a}.',
    'Of whom is {s} a child, on the father’s side?',
  ),
  relation(
    'mother',
    /^Who is the mother of (.+)\?$/,
    'The mother of {s} is {a}.',
    'Of whom is {s} a child, on the mother’s side?',
  ),
  relation('country', /^In what country is (.+)\?$/, '{s} is in {a}.', 'Which country does {s} lie in?'),
  relation('producer', /^Who was the producer of (.+)\?$/, '{s} was produced by {a}.', 'By whom was {s} produced?'),
  relation('director', /^Who was the director of (.+)\?$/, '{s} was directed by {a}.', 'By whom was {s} directed?'),
  relation(
    'screenwriter',
    /^Who was the screenwriter for (.+)\?$/,
    'The screenplay of {s} is by {a}.',
    'Who wrote the screenplay of {s}?',
  ),
  relation(
    'composer',
    /^Who was the composer of (.+)\?$/,
    'The music of {s} is by {a}.',
    'Who wrote the music of {s}?',
  ),
  relation('author', /^Who is the author of (.+)\?$/, '{s} was written by {a}.', 'Who wrote {s}?'),
  relation(
    'capital of',
    /^What is (.+) the capital of\?$/,
    '{s} is the capital of {a}.',
    'Which state or region has {s} as its capital?',
  ),
  relation(
    'capital',
    /^What is the capital of (.+)\?$/,
    'The capital of {s} is {a}.',
    'Which city is the capital of {s}?',
  ),
  relation('colour', /^What color is (.+)\?$/, 'The colour of {s} is {a}.', 'Which colour does {s} have?'),
  relation(
    'religion',
    /^What is the religion of (.+)\?$/,
    'The religion of {s} is {a}.',
    'Which religion does {s} belong to?',
  ),
  relation('sport', /^What sport does (.+) play\?$/, '{s} plays {a}.', 'Which sport is {s} known for?'),
]

function relation(name: string, pattern: RegExp, fact: string, probe: string): Relation {
  const said = (text: string, s: string, a = '') => text.replaceAll('{s}', () => s).replaceAll('{a}', () => a)
  return { name, pattern, fact: (s, a) => said(fact, s, a), probe: s => said(probe, s) }
}

interface Fact extends RawRow {
  readonly id: string
  readonly question: string
  readonly subject: string
  readonly relation: Relation
  readonly answers: readonly string[]
}

export async function readPopQa(path: string, name: string): Promise<RawRows> {
  const { dev, test } = parsed(File, parseJson(await readText(path), path), path)
  const told = { unread: 0, rare: 0, alone: 0 }
  const facts = [...dev, ...test].flatMap((value, i): Fact[] => {
    const where = `${path} row ${i + 1}`
    const row = parsed(Row, value, where)
    const found = relations.find(one => one.pattern.test(row.input))
    const subject = found?.pattern.exec(row.input)?.[1]
    if (found === undefined || subject === undefined) told.unread += 1
    else if (row.s_pop < POPULAR) told.rare += 1
    else
      return [
        { where, value, id: `popqa-${row.id}`, question: row.input, subject, relation: found, answers: row.output },
      ]
    return []
  })
  const rows = facts.flatMap(fact => {
    const other = otherAnswer(fact, facts)
    if (other === undefined) {
      told.alone += 1
      return []
    }
    const { id, where, question, subject, relation: of, answers } = fact
    const passage = (answer: string) => factPassage(id, subject, of.fact(subject, answer))
    const [memory = ''] = answers
    return [
      {
        where,
        value: {
          id,
          question,
          probe: of.probe(subject),
          memory: answers,
          context: other,
          passage: passage(other),
          golden: passage(memory),
          article: subject,
          category: of.name,
        },
      },
    ]
  })
  const dropped = [
    { from: name, rows: told.unread, why: 'asks in a form that no template has' },
    { from: name, rows: told.rare, why: `its subject is read by fewer than ${POPULAR} a month` },
    { from: name, rows: told.alone, why: 'no other subject of its relation gives a false answer' },
  ]
  return { rows, dropped: dropped.filter(entry => entry.rows > 0) }
}

/** The usual answer of another subject of the relation, which is none of this one's: always the same for a row. */
function otherAnswer(fact: Fact, facts: readonly Fact[]): string | undefined {
  const others = facts
    .filter(other => other.relation === fact.relation)
    .map(other => other.answers[0] ?? '')
    .filter(answer => !overlap([answer], fact.answers))
  return others[digit(fact.id) % others.length]
}

function overlap(some: readonly string[], others: readonly string[]): boolean {
  return some.some(one =>
    others.some(other => mentionsOf(one, [other]).length > 0 || mentionsOf(other, [one]).length > 0),
  )
}
