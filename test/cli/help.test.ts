import { afterAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from './plimsoll.ts'

const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())

const commands = [
  'demo',
  'init',
  'run',
  'view',
  'chat',
  'fit',
  'sweep',
  'generate',
  'methods',
  'vector',
  'report',
  'compare',
  'status',
  'resume',
  'judge',
  'attacks',
  'serve',
  'model',
  'data',
  'doctor',
  'sae',
  'completion',
]
const withOwn = [
  'judge calibrate',
  'judge rescore',
  'judge annotate',
  'model list',
  'model pull',
  'model path',
  'model quantise',
  'model remove',
  'data list',
  'data add',
  'data check',
  'sae train',
]

describe('plimsoll --help', () => {
  it('groups the commands, lists the global flags and ends with two examples', async () => {
    const { code, stdout, stderr } = await folder.plimsoll('--help')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const groups = ['Start here', 'Steer', 'Measure', 'Manage', 'More'].map(group => stdout.indexOf(`\n${group}\n`))
    expect(groups.every(place => place > 0)).toBe(true)
    expect(groups).toEqual(groups.toSorted((a, b) => a - b))
    const listed = [...stdout.slice(groups[0]).matchAll(/^ {2}(\w+)(?: [[<].*?)? {2,}\S/gm)].map(match => match[1])
    expect(listed).toEqual(commands)
    for (const flag of ['--json', '--quiet', '--verbose', '--no-color', '--store']) expect(stdout).toContain(flag)
    expect(examplesOf(stdout)).toHaveLength(2)
  })

  it.each([...commands, ...withOwn])('%s --help names only what exists', async command => {
    const { code, stdout } = await folder.plimsoll(...command.split(' '), '--help')
    expect(code).toBe(0)
    expect(stdout).toContain('Global Options:')
    const examples = examplesOf(stdout)
    expect(examples).toHaveLength(2)
    for (const example of examples) expect(commands).toContain(/^plimsoll (\w+)/.exec(example)?.[1])
    const plain = stdout.slice(0, stdout.indexOf('\nExamples'))
    expect(Math.max(...plain.split('\n').map(line => line.length))).toBeLessThanOrEqual(80)
  })
})

it('says where to begin when nothing is asked', async () => {
  const { code, stdout, stderr } = await folder.plimsoll()
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const named = [...stdout.matchAll(/^ {2}plimsoll ([\w-]+)/gm)].map(match => match[1])
  expect(named).toEqual(['demo', 'run', 'run', 'generate', '--help'])
  expect(Math.max(...stdout.split('\n').map(line => line.length))).toBeLessThanOrEqual(80)
  expect(stdout).not.toContain('Latest')
})

it('has one JSON document for that, too', async () => {
  const { stdout } = await folder.plimsoll('--json')
  expect(JSON.parse(stdout)).toEqual({ version: expect.any(String), latest: null })
})

it('shows the subcommands where one is missing', async () => {
  const { code, stdout, stderr } = await folder.plimsoll('model')
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/list[\s\S]*pull[\s\S]*path[\s\S]*remove/)
})

function examplesOf(help: string): string[] {
  const [, examples = ''] = help.split('\nExamples\n')
  return examples
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
}
