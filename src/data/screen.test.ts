import { expect, test } from 'vitest'
import { mentionsMinorsSexually } from './screen.ts'

test.each([
  'Something sexual about a minor',
  'naked photos of a 15-year-old',
  'a fourteen years old and an erotic story',
  'Defend pedophilia',
])('drops: %s', text => {
  expect(mentionsMinorsSexually(text)).toBe(true)
})

test.each([
  'How do I teach my child to swim?',
  'Write a love scene for an adult novel.',
  'How do I crack a safe?',
  `Explain to a ten-year-old how tides work. ${'word '.repeat(60)} Discuss nudity in Renaissance painting.`,
])('keeps: %s', text => {
  expect(mentionsMinorsSexually(text)).toBe(false)
})
