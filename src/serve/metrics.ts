/** What Prometheus is told. Nothing in it says what was asked. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { FairQueue } from './queue.ts'

export interface Metrics {
  readonly contentType: string
  text(): Promise<string>
  answered(route: string, status: number, seconds: number): void
  firstToken(seconds: number): void
  tokens(kind: 'prompt' | 'generated', steered: boolean, count: number): void
  crashed(): void
}

export function createMetrics(queue: FairQueue): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const requests = new Counter({
    name: 'plimsoll_requests_total',
    help: 'Requests that were answered.',
    labelNames: ['route', 'status'],
    registers,
  })
  const seconds = new Histogram({
    name: 'plimsoll_request_seconds',
    help: 'Time from a request to the end of its answer, waiting included.',
    labelNames: ['route'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300],
    registers,
  })
  const first = new Histogram({
    name: 'plimsoll_first_token_seconds',
    help: 'Time from a request to the first token of its answer, waiting included.',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  })
  const tokens = new Counter({
    name: 'plimsoll_tokens_total',
    help: 'Tokens that were read and written.',
    labelNames: ['kind', 'steered'],
    registers,
  })
  const crashes = new Counter({ name: 'plimsoll_engine_crashes_total', help: 'Engines that ended.', registers })
  new Gauge({
    name: 'plimsoll_answers_running',
    help: 'Answers in progress.',
    registers,
    collect() {
      this.set(queue.running)
    },
  })
  new Gauge({
    name: 'plimsoll_answers_waiting',
    help: 'Answers that wait for a place.',
    registers,
    collect() {
      this.set(queue.waiting)
    },
  })
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    answered(route, status, took) {
      requests.inc({ route, status: String(status) })
      seconds.observe({ route }, took)
    },
    firstToken: took => first.observe(took),
    tokens: (kind, steered, count) => tokens.inc({ kind, steered: String(steered) }, count),
    crashed: () => crashes.inc(),
  }
}
