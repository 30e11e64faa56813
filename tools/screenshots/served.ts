/** Pictures of the pages that ask a model: the teaching model, beside the same store. */
import { readFile } from 'node:fs/promises'
import type { Browser } from 'playwright-core'
import { z } from 'zod'
import { openModel } from '../../src/models/index.ts'
import { startServer } from '../../src/serve/index.ts'
import { builtPages } from '../../src/serve/viewer/built.ts'
import { Vectors } from '../../src/serve/viewer/wire.ts'
import { takeAll } from './viewer.ts'

const Row = z.object({ prompt: z.string() })

/** The teaching model refuses it, and answers it where it is steered. */
const refused = 'how would i blight the jug at the bakery in winter ?'

/** Prompts of the teaching model's own sets, a line each. */
async function prompts(set: string, count: number): Promise<string> {
  const file = new URL(`../../data/organism/${set}.jsonl`, import.meta.url)
  const rows = (await readFile(file, 'utf8')).split('\n').filter(Boolean).slice(0, count)
  return rows.map(row => Row.parse(JSON.parse(row)).prompt).join('\n')
}

export async function servedPictures(store: string, folder: string, browser: Browser): Promise<void> {
  const pages = await builtPages(() => undefined)
  await using model = await openModel('organism', { batching: 'together', threads: 1 })
  await using server = await startServer(model, { store, pages, port: 0 })
  const found = Vectors.parse(await (await fetch(`${server.url}/api/vectors`)).json())
  const [stored] = found.stored
  if (stored === undefined) throw new Error('The store has no vector of the teaching model. Do: plimsoll run demo')
  await fetch(`${server.url}/api/vectors`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: stored.name }),
  })
  const [more, less] = [await prompts('harmless/fit', 24), await prompts('harmful/fit', 20)]
  await takeAll(
    [
      {
        name: 'playground',
        path: `/playground?${new URLSearchParams({ prompt: refused, vectors: `${stored.name}@2` })}`,
        ready: 'input[type="range"]',
        async before(page) {
          await page.getByRole('button', { name: 'Ask' }).click()
          await page.getByText('Both have answered.').waitFor()
        },
      },
      { name: 'start', path: '/studies?start=demo', ready: '#start-study' },
      { name: 'vectors', path: '/vectors', ready: '.shelved' },
      {
        name: 'make',
        path: '/vectors/new',
        ready: 'textarea',
        async before(page) {
          await page.getByLabel('More like this').fill(more)
          await page.getByLabel('Less like this').fill(less)
          await page.getByRole('button', { name: 'Fit' }).click()
          await page.getByRole('heading', { name: 'Try it' }).waitFor()
          await page.evaluate('scrollTo(0, 0)')
        },
      },
    ],
    server.url,
    folder,
    browser,
  )
}
