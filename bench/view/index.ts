/**
 * How long the viewer takes to open a large study, and how its list scrolls: the store of a small one, its answers kept
 * many times over.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { buildPages } from '../../src/serve/viewer/built.ts'
import { startViewer } from '../../src/serve/viewer/start.ts'
import { Studies } from '../../src/serve/viewer/wire.ts'
import { type Machine, machineLine, thisMachine } from '../machine.ts'
import { type Scrolled, scrolled } from './browser.ts'

export interface ViewBenchmark {
  readonly machine: Machine
  readonly records: number
  /** Milliseconds until an answer of the API is there: the first time, and the median of all later ones. */
  readonly asked: readonly { readonly what: string; readonly first: number; readonly later: number }[]
  /** Null without Chromium. */
  readonly scrolled: Scrolled | null
}

/** @param store that holds a finished study; it is copied, and stays as it is */
export async function viewBenchmark(store: string, records: number, turns: number): Promise<ViewBenchmark> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-view-'))
  try {
    const file = join(folder, 'store.db')
    // With what is still in the write-ahead log.
    const source = new DatabaseSync(store, { readOnly: true })
    source.exec(`vacuum into '${file.replaceAll("'", "''")}'`)
    source.close()
    const there = multiply(file, records)
    const pages = join(folder, 'pages')
    await buildPages(pages)
    await using viewer = await startViewer({ store: file, pages, port: 0 })
    const ask = async (path: string): Promise<unknown> => {
      const response = await fetch(`${viewer.url}/api${path}`)
      if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
      return response.json()
    }
    const run = Studies.parse(await ask('/studies')).runs.find(({ verdicts }) => verdicts.length > 0)
    if (run === undefined) throw new Error('The store has no finished study')
    const name = encodeURIComponent(run.verdicts[0]?.condition ?? '')
    const condition = `condition=${name}`
    const paths = {
      'all studies': '/studies',
      'the study and its verdict': `/studies/${encodeURIComponent(run.study)}`,
      'how many answers of each kind': `/runs/${run.run}/tallies?${condition}`,
      'the first page of answers': `/runs/${run.run}/samples?${condition}`,
      'a page of those that were lost': `/runs/${run.run}/samples?${condition}&change=lost&offset=500`,
      'a search': `/runs/${run.run}/samples?${condition}&text=baker`,
    }
    const asked: ViewBenchmark['asked'][number][] = []
    for (const [what, path] of Object.entries(paths)) {
      const times: number[] = []
      for (let turn = 0; turn <= turns; turn++) {
        const began = performance.now()
        await ask(path)
        times.push(performance.now() - began)
      }
      const [first = 0, ...later] = times
      asked.push({ what, first, later: later.toSorted((a, b) => a - b)[later.length >> 1] ?? first })
    }
    const list = `${viewer.url}/studies/${encodeURIComponent(run.study)}/${name}/samples`
    return { machine: thisMachine(), records: there, asked, scrolled: await scrolled(list) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Keeps the measured answers again and again, under names of their own, until there are so many. */
function multiply(file: string, records: number): number {
  const database = new DatabaseSync(file)
  const measured = `select chunk from uses where stage = 'measure'`
  const count = () =>
    Number(
      database.prepare(`select count(*) as n from uses join records using (chunk) where stage = 'measure'`).get()?.n,
    )
  const one = count()
  for (let copy = 1; copy * one < records; copy++) {
    database.exec(`
      insert into chunks select key || '#${copy}', records, saved from chunks where key in (${measured} and chunk not like '%#%');
      insert into records select chunk || '#${copy}', position, sample || '#${copy}', rendered, answer, finish, prompt_tokens,
        tokens, trace, likelihoods, clusters from records where chunk in (${measured} and chunk not like '%#%');
      insert into judgements select chunk || '#${copy}', position, judge, class, rule, evidence from judgements
        where chunk in (${measured} and chunk not like '%#%');
      insert into uses select run, chunk || '#${copy}', stage, condition, suite, "order" + ${copy * 100000} from uses
        where stage = 'measure' and chunk not like '%#%';`)
  }
  const there = count()
  database.close()
  return there
}

export function viewTable({ machine, records, asked, scrolled: moved }: ViewBenchmark): string {
  const lines = asked.map(
    ({ what, first, later }) =>
      `${what.padEnd(32)} ${first.toFixed(0).padStart(6)} ms ${later.toFixed(0).padStart(6)} ms`,
  )
  return [
    machineLine(machine),
    `${records.toLocaleString('en')} records`,
    `${''.padEnd(32)}  the first     later`,
    ...lines,
    moved === null
      ? 'Not scrolled: there is no Chromium.'
      : `In Chromium the first answers stand after ${moved.opened.toFixed(0)} ms; the list scrolls at ${moved.framesPerSecond.toFixed(1)} frames per second, ${(100 * moved.late).toFixed(1)} % of them late, the longest ${moved.longest.toFixed(0)} ms.`,
  ].join('\n')
}
