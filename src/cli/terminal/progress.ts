/** A status line that says what is happening; without a terminal, a plain line every 5 % or 30 seconds. */
import { performance } from 'node:perf_hooks'
import stringWidth from 'string-width'
import type { Progress } from '../../progress.ts'
import type { Output } from './output.ts'

export interface StatusLine {
  readonly onProgress: (event: Progress) => void
  /** Replaces the line of the stage that is running by a finished one. */
  done(text: string): void
  clear(): void
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const plainFrames = ['|', '/', '-', '\\']
const redrawEvery = 80
const plainEvery = { share: 0.05, milliseconds: 30_000 }

export function createStatusLine(output: Output): StatusLine {
  const stages = new Map<string, { began: number; from: number }>()
  let drawn = 0
  let frame = 0
  let told = { stage: '', share: 0, at: 0 }

  const describe = (event: Progress): string => {
    const now = performance.now()
    const stage = stages.get(event.stage) ?? { began: now, from: event.done }
    if (!stages.has(event.stage)) stages.set(event.stage, stage)
    const rate = (event.done - stage.from) / Math.max(1, now - stage.began)
    const left = rate > 0 ? (event.total - event.done) / rate : null
    const count = event.stage === 'download' ? megabytes(event) : `${event.done}/${event.total}`
    const parts = [
      `${event.stage.padEnd(8)} ${event.detail === undefined ? '' : `${event.detail} `}${count}`,
      ...(event.tokensPerSecond === undefined ? [] : [`${Math.round(event.tokensPerSecond)} tok/s`]),
      ...(left === null || event.done >= event.total ? [] : [`${clock(left)} left`]),
    ]
    return parts.join('   ')
  }

  const clear = () => {
    if (output.interactive && drawn > 0) process.stderr.write('\r\u001b[2K')
    drawn = 0
  }

  return {
    onProgress(event) {
      if (output.quiet) return
      const now = performance.now()
      const text = describe(event)
      if (output.interactive) {
        if (now - drawn < redrawEvery && event.done < event.total) return
        drawn = now
        const spinner = output.unicode ? frames : plainFrames
        frame = (frame + 1) % spinner.length
        process.stderr.write(`\r\u001b[2K${clip(`  ${spinner[frame]} ${text}`, (process.stderr.columns ?? 80) - 1)}`)
        return
      }
      const share = event.total > 0 ? event.done / event.total : 0
      const due =
        event.stage !== told.stage ||
        share - told.share >= plainEvery.share ||
        now - told.at >= plainEvery.milliseconds ||
        (share >= 1 && told.share < 1)
      if (!due) return
      told = { stage: event.stage, share, at: now }
      process.stderr.write(`  ${text}\n`)
    },
    done(text) {
      clear()
      output.note(`  ${output.style('blue', output.unicode ? '✔' : '+')} ${text}`)
    },
    clear,
  }
}

function megabytes(event: Progress): string {
  return `${Math.round(event.done / 1e6)}/${Math.round(event.total / 1e6)} MB`
}

/** Milliseconds as `2:40`. */
function clock(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

function clip(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  let cut = text.slice(0, width - 1)
  while (stringWidth(cut) > width - 1) cut = cut.slice(0, -1)
  return `${cut}…`
}
