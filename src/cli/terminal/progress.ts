/** A status line that says what is happening; without a terminal, a plain line every 5 % or 30 seconds. */
import { performance } from 'node:perf_hooks'
import stringWidth from 'string-width'
import { isComputed, type Progress } from '../../progress.ts'
import { interval, points } from '../../study/report/format.ts'
import type { Output } from './output.ts'

export interface StatusLine extends Disposable {
  readonly onProgress: (event: Progress) => void
  /** Replaces the line of the stage that is running by a finished one. */
  done(text: string): void
  clear(): void
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const plainFrames = ['|', '/', '-', '\\']
const redrawEvery = 80
/** Stages that are all work, though nothing is written in them. */
const timed: ReadonlySet<string> = new Set(['download', 'check', 'divergence', 'estimate'])
/** Plain lines come at each of these steps, but no faster than anyone reads. */
const plainEvery = { share: 0.05, milliseconds: 30_000, atLeast: 1000 }
const widest = 160

export function createStatusLine(output: Output): StatusLine {
  let stage = { name: '', began: 0, from: 0 }
  let drawn = 0
  let frame = 0
  let told = { stage: '', share: 0, at: 0 }

  const describe = (event: Progress, width: number): string => {
    const now = performance.now()
    // What comes from the store takes no time, and says nothing of what is still to be made.
    const isWork = isComputed(event) || timed.has(event.stage)
    if (stage.name !== event.stage || !isWork) stage = { name: event.stage, began: now, from: event.done }
    const elapsed = now - stage.began
    const rate = (event.done - stage.from) / Math.max(1, elapsed)
    const left = rate > 0 && elapsed > 500 ? (event.total - event.done) / rate : null
    const inBytes = event.stage === 'download' || event.stage === 'check'
    const facts = [
      `${event.stage.padEnd(8)} ${inBytes ? megabytes(event) : `${event.done}/${event.total}`}`,
      ...(event.tokensPerSecond === undefined ? [] : [`${Math.round(event.tokensPerSecond)} tok/s`]),
      ...(left === null || event.done >= event.total ? [] : [`${clock(left)} left`]),
    ].join('  ')
    const soFar = event.soFar === undefined ? '' : `  so far ${points(event.soFar.change)} ${interval(event.soFar.ci)}`
    const room = width - stringWidth(facts) - stringWidth(soFar) - 2
    // The figures first: of a long name the beginning is enough.
    const detail = event.detail === undefined || room < 10 ? '' : `  ${clip(event.detail, room)}`
    return clip(`${facts}${detail}${soFar}`, width)
  }

  const clear = () => {
    if (output.interactive && drawn > 0) process.stderr.write('\r\u001b[2K')
    drawn = 0
  }

  return {
    onProgress(event) {
      if (output.quiet) return
      const now = performance.now()
      if (output.interactive) {
        if (now - drawn < redrawEvery && event.done < event.total) return
        drawn = now
        const spinner = output.unicode ? frames : plainFrames
        frame = (frame + 1) % spinner.length
        const text = describe(event, (process.stderr.columns ?? 80) - 5)
        process.stderr.write(`\r\u001b[2K  ${spinner[frame]} ${text}`)
        return
      }
      const text = describe(event, widest)
      const share = event.total > 0 ? event.done / event.total : 0
      const since = now - told.at
      const due =
        event.stage !== told.stage ||
        (share - told.share >= plainEvery.share && since >= plainEvery.atLeast) ||
        since >= plainEvery.milliseconds
      if (!due) return
      told = { stage: event.stage, share, at: now }
      process.stderr.write(`  ${text}\n`)
    },
    done(text) {
      clear()
      output.note(`  ${output.style('blue', output.unicode ? '✔' : '+')} ${text}`)
    },
    clear,
    [Symbol.dispose]: clear,
  }
}

function megabytes(event: Progress): string {
  return `${Math.round(event.done / 1e6)}/${Math.round(event.total / 1e6)} MB`
}

/** Milliseconds as `2:40`, or `1:02:40`. */
function clock(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000)
  const two = (n: number) => String(n).padStart(2, '0')
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}

function clip(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  let cut = text.slice(0, width - 1)
  while (stringWidth(cut) > width - 1) cut = cut.slice(0, -1)
  return `${cut}…`
}
