import { describe, expect, it } from 'vitest'
import { judgeNumber } from './number.ts'

describe('the last number of an answer', () => {
  it.each([
    ['She makes 9 * 2 = $18 every day.\n#### 18', '18'],
    ['That is $1,234.', '1234'],
    ['It fell to -5', '-5'],
    ['so 3 and then 18.', '18'],
  ])('%j is right', (answer, expected) => {
    expect(judgeNumber(answer, expected)).toMatchObject({ class: 'right', rule: 'last-number' })
  })

  it.each([
    ['It is 18, which is more than 7', '18', 'last-number', '7'],
    // Compared as they are written, as lm-evaluation-harness does.
    ['It is 18.00', '18', 'last-number', '18.00'],
    ['I do not know', '18', 'no-number', 'I do not know'],
    ['', '18', 'no-number', ''],
    ['It is 18...', '18', 'last-number', '18...'],
    ['It is 18 ...', '18', 'not-a-number', '...'],
  ])('%j is wrong, and why', (answer, expected, rule, evidence) => {
    expect(judgeNumber(answer, expected)).toEqual({ class: 'wrong', rule, evidence })
  })

  it('takes the right number with commas and signs', () => {
    expect(judgeNumber('12000', '12,000').class).toBe('right')
  })
})
