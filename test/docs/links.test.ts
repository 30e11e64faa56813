/** What the documents name exists: files, headings, scripts, commands. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { anchors, blocks, codeSpans, documents, links, read, root } from './documents.ts'

const folders = /^(?:bin|data|docs|models|oracle|src|test|tools)\//
/** Of a name that stands for others, such as `NAME` or `partNN`. */
const placeholder = /[\s{}*…]|NN|(?<![A-Z])(?!README\b)[A-Z]{3,}/
const scripts = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read('package.json'))).scripts

test.each(documents)('%s: links lead somewhere', document => {
  const broken = links(read(document)).filter(target => {
    if (/^(?:https:|mailto:)/.test(target)) return false
    const [path = '', anchor] = target.split('#')
    const file = path === '' ? document : join(dirname(document), path)
    if (!existsSync(join(root, file))) return true
    return anchor !== undefined && !anchors(read(file)).includes(anchor)
  })
  expect(broken).toEqual([])
})

test.each(documents)('%s: files named in code exist', document => {
  const named = codeSpans(read(document)).filter(code => folders.test(code) && !placeholder.test(code))
  expect(named.filter(path => !existsSync(join(root, path)))).toEqual([])
})

test.each(documents)('%s: scripts and commands named in code exist', document => {
  const markdown = read(document)
  const code = [...codeSpans(markdown), ...blocks(markdown).flatMap(({ text }) => text.split('\n'))]
  const called = (pattern: RegExp) =>
    code.flatMap(text => [...text.matchAll(pattern)].flatMap(([, name]) => name ?? []))
  expect(called(/\bnpm run ([a-z][\w-]*)/g).filter(name => !Object.hasOwn(scripts, name))).toEqual([])
  const commands = [...called(/(?:^|&& |npx )plimsoll ([a-z]+)/g), ...called(/\bnpm run plimsoll -- ([a-z]+)/g)]
  expect(commands.filter(name => !existsSync(join(root, `src/cli/${name}.ts`)))).toEqual([])
})

test('the README leads to every document in docs/, or to the README of its folder, which does', () => {
  const fromRoot = links(read('README.md'))
  const indices = fromRoot.filter(path => path.endsWith('/README.md'))
  const fromIndices = indices.flatMap(index => links(read(index)).map(path => join(dirname(index), path)))
  const reached = new Set([...fromRoot, ...fromIndices])
  const missed = documents.filter(
    path => path.startsWith('docs/') && !path.startsWith('docs/results/') && !reached.has(path),
  )
  expect(missed).toEqual([])
})
