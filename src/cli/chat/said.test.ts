import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PlimsollError } from '../../errors.ts'
import { commands, parseSaid } from './said.ts'

describe('a line of a chat', () => {
  it.each([
    ['hello there', { kind: 'message', text: 'hello there' }],
    ['  ', { kind: 'nothing' }],
    ['//etc/hosts', { kind: 'message', text: '/etc/hosts' }],
    ['/strength -1.5', { kind: 'strength', strength: -1.5 }],
    ['/vector my file.safetensors', { kind: 'vector', file: 'my file.safetensors' }],
    ['/vector off', { kind: 'vector', file: null }],
    ['/system Be brief.', { kind: 'system', text: 'Be brief.' }],
    ['/system off', { kind: 'system', text: null }],
    ['/exit', { kind: 'quit' }],
  ])('%j', (line, said) => {
    expect(parseSaid(line)).toEqual(said)
  })

  it.each([
    ['/strenght 2', 'Did you mean /strength?'],
    ['/zzz', '/help lists them'],
    ['/strength', 'Such as /strength 1.5.'],
    ['/strength 10001', 'Such as /strength 1.5.'],
    ['/vector', 'Such as /vector'],
  ])('%j is told what to do', (line, fix) => {
    expect(() => parseSaid(line)).toThrow(expect.objectContaining({ fix: expect.stringContaining(fix) }))
  })

  it('is a message, a command or an error that says what to do, whatever it is', () => {
    const start = fc.constantFrom('', '/', '//', ...commands.map(([usage]) => usage.split(' ')[0] ?? ''))
    fc.assert(
      fc.property(start, fc.string(), (command, rest) => {
        try {
          expect(parseSaid(`${command}${rest}`).kind).toBeTypeOf('string')
        } catch (error) {
          expect(error).toBeInstanceOf(PlimsollError)
          expect(error).toHaveProperty('fix', expect.stringMatching(/\w/))
        }
      }),
    )
  })
})
