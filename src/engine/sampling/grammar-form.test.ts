import { expect, test } from 'vitest'
import { grammarProblem } from './grammar-form.ts'

test.each([
  ['root ::= "yes" | "no"', null],
  [`root ::= ${'('.repeat(500)}"a"${')'.repeat(500)}`, null],
  [`root ::= ${'("a") '.repeat(2000)}`, null],
  [`root ::= "${'('.repeat(5000)}"`, null],
  [`root ::= "\\"${'('.repeat(5000)}" [^"\\](${'('.repeat(5000)}]`, null],
  [`root ::= "a" # ${'('.repeat(5000)}`, null],
  [`root ::= ${'('.repeat(501)}"a"${')'.repeat(501)}`, 'parentheses more than 500 deep'],
  ['root ::= "a"{1,5} "b"{3} "c"{2,}', null],
  ['root ::= "a"{5,1}', '{5,1}, which counts down'],
  ['root ::= "a"{ 5 , 1 }', '{ 5 , 1 }, which counts down'],
  ['root ::= "{5,1}"', null],
])('%s', (grammar, problem) => {
  expect(grammarProblem(grammar)).toBe(problem)
})
