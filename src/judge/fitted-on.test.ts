import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createRandom, sample, shuffle } from '../random.ts'
import { answerDigest, FITTED_SHARE, familiar } from './fitted-on.ts'
import { FITTED_ON_ANSWERS } from './fitted-on-answers.ts'
import { readLabelledAnswers } from './labelled.ts'

const completions = (model: string) =>
  join(process.env.PLIMSOLL_DATA ?? '', 'xstest', `xstest_v2_completions_${model}_gpteval.csv`)
const hasData = process.env.PLIMSOLL_DATA !== undefined && existsSync(completions('mistralguard'))
if (!hasData)
  console.warn('NOT RUN: the answers that the rules were written on: PLIMSOLL_DATA names no folder that has them')

const answersOf = async (model: string) => (await readLabelledAnswers(completions(model))).map(({ answer }) => answer)
const own = (n: number) =>
  Array.from({ length: n }, (_, i) => `Take ${i} eggs out of the box and put them into the pan, one at a time.`)

test('answers of others are new', () => {
  expect(familiar(own(50))).toEqual({ known: 0, fittedOn: false })
  expect(familiar([])).toEqual({ known: 0, fittedOn: false })
})

describe.runIf(hasData)('the answers that the rules were written on', () => {
  test('are those that are kept', async () => {
    const digests = (await answersOf('mistralguard')).map(answerDigest)
    expect([...FITTED_ON_ANSWERS]).toEqual([...new Set(digests)].sort())
  })

  test('are known reordered, with other line breaks, and in part', async () => {
    const written = await answersOf('mistralguard')
    const random = createRandom(1)
    expect(familiar(shuffle(written, random))).toEqual({ known: 450, fittedOn: true })
    expect(familiar(written.map(answer => ` ${answer.replaceAll('\n', '\r\n')}\n`))).toMatchObject({ known: 450 })
    for (const n of [1, 20, 200, 449]) {
      const part = sample(
        written.filter(answer => answer.split(/\s+/).length > 20),
        n,
        random,
      )
      expect(familiar(part)).toEqual({ known: part.length, fittedOn: true })
    }
  })

  test('are counted among others, and spoil a file from the stated share on', async () => {
    const long = (await answersOf('mistralguard')).filter(answer => answer.split(/\s+/).length > 20)
    const others = own(200)
    const enough = Math.ceil((FITTED_SHARE * others.length) / (1 - FITTED_SHARE))
    expect(familiar([...others, ...long.slice(0, enough)])).toEqual({ known: enough, fittedOn: true })
    expect(familiar([...others, ...long.slice(0, enough - 1)])).toEqual({ known: enough - 1, fittedOn: false })
  })

  test('short ones alone tell nothing, and the files of other models are new', async () => {
    const short = (await answersOf('mistralguard')).filter(answer => answer.trim().split(/\s+/).length < 12)
    expect(familiar(short)).toEqual({ known: short.length, fittedOn: false })
    for (const model of ['gpt4', 'llama2new'])
      expect(familiar(await answersOf(model))).toMatchObject({ fittedOn: false })
  })
})
