/** Writes a study's report: a page to read, Markdown to paste, JSON for programs. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { StudyResult } from '../result.ts'
import { type AnswerFormat, answerLines, writeAnswersParquet } from './answers.ts'
import { inspectLogs } from './inspect.ts'
import { stableJson } from './json.ts'
import { reportLatex } from './latex.ts'
import { reportMarkdown } from './markdown.ts'
import { reportPage } from './page/page.ts'
import { redacted } from './redact.ts'
import { drawSamples, methodLimits, referenceLimits, type Sample } from './sample.ts'

export const exportFormats = ['latex', 'inspect'] as const
export type ExportFormat = (typeof exportFormats)[number]

export type Export =
  | { readonly format: 'latex' }
  | { readonly format: 'inspect'; readonly samples: () => AsyncIterable<Sample> | Iterable<Sample> }

export interface ReportOptions {
  /** Where the page says the rest of the answers is. @default '.plimsoll/store.db' */
  readonly store?: string | undefined
  /** Without the words of harmful requests, of what wraps them and of their answers. @default false */
  readonly redact?: boolean | undefined
  /** `report.tex`, and logs in `inspect/`, for which all pairs are read once for each condition. */
  readonly exports?: readonly Export[] | undefined
  /** Every answer beside, as `answers.jsonl`, `answers.csv` or `answers.parquet`; in order, so that it is read a second time. */
  readonly answers?: Readonly<{ format: AnswerFormat; samples: AsyncIterable<Sample> | Iterable<Sample> }> | undefined
}

/**
 * Writes report.html, report.md and report.json into `dir`, which is made where it is missing. Each file appears whole
 * or not at all. Samples are read once and a bounded number is kept.
 *
 * @returns the paths written, in that order, the answers last
 */
export async function writeReport(
  result: StudyResult,
  samples: AsyncIterable<Sample> | Iterable<Sample>,
  dir: string,
  options: ReportOptions = {},
): Promise<string[]> {
  const methods = new Set(result.conditions.filter(({ role }) => role === 'method').map(({ name }) => name))
  const hide = (all: AsyncIterable<Sample> | Iterable<Sample>) => (options.redact === true ? redacted(all) : all)
  const groups = await drawSamples(hide(samples), name => (methods.has(name) ? methodLimits : referenceLimits))
  const files = {
    'report.html': reportPage(result, groups, {
      store: options.store ?? '.plimsoll/store.db',
      redacted: options.redact ?? false,
    }),
    'report.md': reportMarkdown(result),
    'report.json': stableJson(result),
  }
  await mkdir(dir, { recursive: true })
  const written: string[] = []
  for (const [name, text] of Object.entries(files)) {
    const path = join(dir, name)
    await writeWhole(path, text)
    written.push(path)
  }
  if (options.answers !== undefined) {
    const { format, samples: every } = options.answers
    const path = join(dir, `answers.${format}`)
    if (format === 'parquet') await throughDraft(path, draft => writeAnswersParquet(hide(every), draft))
    else await writeWhole(path, answerLines(hide(every), format))
    written.push(path)
  }
  for (const wanted of options.exports ?? []) {
    if (wanted.format === 'latex') {
      const path = join(dir, 'report.tex')
      await writeWhole(path, reportLatex(result))
      written.push(path)
    } else {
      await mkdir(join(dir, 'inspect'), { recursive: true })
      for (const { name, text } of inspectLogs(result, () => hide(wanted.samples()))) {
        const path = join(dir, 'inspect', name)
        await writeWhole(path, text)
        written.push(path)
      }
    }
  }
  return written
}

function writeWhole(path: string, text: string | AsyncIterable<string>): Promise<void> {
  return throughDraft(path, draft => writeFile(draft, text, { flush: true }))
}

/** Through a neighbour and a rename, so that no reader meets half a file. */
async function throughDraft(path: string, write: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${path}.${process.pid}.part`
  try {
    await write(draft)
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}
