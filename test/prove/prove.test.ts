/** One seed of `npm run prove`: a study has to say what is true of organisms that were trained to be so. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, test } from 'vitest'
import { organisms } from '../../tools/prove/organisms.ts'
import { judgeProof, type Proof, proofTable, prove } from '../../tools/prove/prove.ts'

const root = new URL('../../', import.meta.url)

const digest = (file: string | URL) => createHash('sha256').update(readFileSync(file)).digest('hex')

describe('the organisms', () => {
  test('each is the one its record speaks of', () => {
    for (const { name, file } of organisms.filter(({ name }) => name !== 'breaks')) {
      const record = JSON.parse(readFileSync(new URL(`models/siblings/${name}.json`, root), 'utf8'))
      expect(digest(file)).toBe(record.sha256[basename(file)])
      for (const script of ['siblings.py', 'train.py', 'language.py', 'world.json'])
        expect(digest(new URL(`oracle/organism/${script}`, root)), script).toBe(record.sha256[script])
    }
  })

  test('the shipped one is over the line', () => {
    expect(organisms[0]).toMatchObject({ name: 'breaks', truth: 'over', canBeBroken: true })
  })
})

test.each(organisms.map(organism => [organism.name, organism] as const))(
  'of %s a study says what is true',
  { timeout: 1_200_000 },
  async (_, organism) => {
    const { verdict, sentence } = await prove(organism, 1, { limit: null, store: ':memory:' })
    expect({ verdict, sentence }).toEqual({ verdict: organism.truth, sentence })
  },
)

describe('the sum of it', () => {
  const proof = (truth: Proof['truth'], verdict: Proof['verdict'], seed = 1): Proof => ({
    organism: truth,
    seed,
    truth,
    verdict,
    sentence: '',
    seconds: 1,
  })

  test('holds where every verdict is the truth', () => {
    const all = [proof('over', 'over'), proof('within', 'within'), proof('no-effect', 'no-effect')]
    expect(judgeProof(all)).toMatchObject({ wrong: 0, wronglyWithin: 0, undecided: 0, of: 3, holds: true })
    expect(proofTable(all, judgeProof(all))).toContain('| over | over | 1 | 0 | 1 | 0 |')
  })

  test('a verdict that says nothing is not the truth, and a wrong one is counted', () => {
    expect(judgeProof([proof('over', 'undecided')])).toMatchObject({ wrong: 0, undecided: 1, holds: false })
    expect(judgeProof([proof('within', 'over')])).toMatchObject({ wrong: 1, wronglyWithin: 0, holds: false })
  })

  test('at most one in twenty may be wrongly within', () => {
    const right = Array.from({ length: 19 }, (_, seed) => proof('over', 'over', seed))
    expect(judgeProof([...right, proof('over', 'within')])).toMatchObject({ wronglyWithin: 1, holds: true })
    expect(judgeProof([...right.slice(1), proof('over', 'within')])).toMatchObject({ holds: false })
  })
})
