import { expect, test } from 'vitest'
import { changeStep, changeSteps, contrast, tokens } from './colours.ts'

test('contrast is that of WCAG', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21)
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
})

test.each(['light', 'dark'] as const)('text is readable in the %s theme', theme => {
  const paper = tokens.paper[theme]
  for (const name of ['ink', 'muted', 'holds', 'broken', 'undecided'] as const)
    expect(contrast(tokens[name][theme], paper), name).toBeGreaterThanOrEqual(4.5)
  for (const name of ['holds', 'broken', 'undecided'] as const)
    expect(contrast(tokens[name][theme], tokens[`tint-${name}`][theme]), name).toBeGreaterThanOrEqual(4.5)
  for (const [name, step] of changeSteps)
    expect(contrast(step.text[theme], step.background[theme]), name).toBeGreaterThanOrEqual(4.5)
})

test('steps are symmetric, and every step a cell can have is there', () => {
  for (let change = 0; change <= 1; change += 0.01) {
    const [up, down] = [changeStep(change), changeStep(-change)]
    expect(changeSteps.has(up)).toBe(true)
    expect(changeSteps.has(down)).toBe(true)
    expect(down.replace('-', '')).toBe(up)
  }
})
