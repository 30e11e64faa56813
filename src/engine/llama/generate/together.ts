/**
 * Concurrent calls that share every step of decoding. Answers are begun call by call in turn; when a call has waited for
 * long, the one with most in progress gives a slot up. What gives way keeps what it wrote and is read again later.
 */
import { PlimsollError } from '../../../errors.ts'
import type { LoadedModel } from '../model.ts'
import type { Answer } from './answer.ts'
import type { Entry } from './entry.ts'
import { Member, type SharedCall } from './member.ts'
import { lengthOf, planShared, type SharedShape, sharedShape } from './plan.ts'
import { Scheduler } from './scheduler.ts'

/** Steps that a call without an answer in progress waits before another one gives way. */
export const patience = 32

export class Together {
  readonly #model: LoadedModel
  /** Told whose prompt is read, so that cancelling that call stops it. */
  readonly #watch: (call: SharedCall | null) => void
  #members: Member[] = []
  #turn = 0
  #shape: SharedShape | null = null
  #scheduler: Scheduler | null = null
  /** What memory allowed. */
  #mostSlots = 256

  constructor(model: LoadedModel, watch: (call: SharedCall | null) => void) {
    this.#model = model
    this.#watch = watch
  }

  add(call: SharedCall): void {
    this.#members.push(new Member(this.#model.vocabulary, call))
  }

  get busy(): boolean {
    return this.#members.length > 0
  }

  /** One step for everybody. An error that is no request's own ends every call. */
  step(): void {
    this.#sweep()
    if (!this.busy) return
    try {
      this.#arrange()
      this.#scheduler?.step()
    } catch (error) {
      // A prompt that stopped being read because its call is cancelled leaves with it.
      if (!(error instanceof PlimsollError && error.code === 'cancelled')) this.#failAll(error)
    }
    this.#watch(null)
    this.#sweep()
  }

  /** Gives the context up; what was in progress is read again when it goes on. */
  pause(): void {
    this.#giveBack(() => true)
    this.#scheduler?.[Symbol.dispose]()
    this.#scheduler = null
  }

  /** Those that are cancelled, have failed or are answered leave. */
  #sweep(): void {
    for (const member of this.#members) {
      if (member.call.cancelled()) member.end(new PlimsollError('cancelled', 'The call was cancelled'))
    }
    if (!this.#members.some(member => member.over)) return
    this.#members = this.#members.filter(member => !member.over)
    this.#scheduler?.release(answer => answer.ended)
  }

  #failAll(error: unknown): void {
    for (const member of this.#members) member.end(error)
    this.#scheduler?.[Symbol.dispose]()
    this.#scheduler = null
    this.#shape = null
    this.#model.discardContext()
  }

  /** Sees to it that those whose turn it is can go on. */
  #arrange(): void {
    const waiting = this.#inTurn().filter(member => member.head() !== null)
    for (const member of waiting) if (member.running === 0) member.waited++
    const shape = this.#wanted(waiting)
    if (shape !== null && (this.#scheduler === null || !sameShape(shape, this.#shape))) this.#open(shape)
    else if (this.#scheduler?.free === 0 && waiting.some(isStarving)) this.#giveWay()
  }

  /** The context that those who wait should have; null where nobody waits. */
  #wanted(waiting: readonly Member[]): SharedShape | null {
    const current = this.#shape
    const idle = this.#members.every(member => member.running === 0)
    const first = (idle ? waiting[0] : waiting.find(isStarving))?.head()
    const group = first?.request.group ?? current?.group
    if (waiting.length === 0 || group === undefined) return null
    const heads = waiting.map(member => member.head()?.request).filter(request => request?.group.key === group.key)
    return sharedShape(current, group, heads, this.#members, this.#mostSlots)
  }

  /** Where memory is too small there are fewer slots; what is too long even for a single one fails. */
  #open(wanted: SharedShape): void {
    this.pause()
    let { slots } = wanted
    for (;;) {
      const shape = { ...wanted, slots }
      try {
        this.#scheduler = new Scheduler(
          this.#model,
          planShared(shape),
          () => this.#next(),
          answer => this.#watch(this.#memberOf(answer)?.call ?? null),
        )
        this.#shape = shape
        return
      } catch (error) {
        if (!(error instanceof PlimsollError) || error.code !== 'out-of-memory') throw error
        slots = Math.floor(slots / 2)
        this.#mostSlots = Math.max(1, slots)
        if (slots >= 1) continue
        this.#refuse(wanted.cells, error)
        return
      }
    }
  }

  /** Those that are as long as that cannot be computed. The next context is as small as the others allow. */
  #refuse(cells: number, error: PlimsollError): void {
    this.#shape = null
    this.#mostSlots = 256
    for (const member of this.#members) {
      const answer = member.head()
      if (answer !== null && lengthOf(answer.request) >= cells) member.refuse(error)
    }
  }

  #next(): Entry | null {
    const { group, cells } = this.#shape ?? { cells: 0 }
    for (const member of this.#inTurn()) {
      const answer = member.head()
      if (answer === null || answer.request.group.key !== group?.key || lengthOf(answer.request) > cells) continue
      this.#turn = this.#members.indexOf(member) + 1
      member.begin()
      return { answer, share: null, place: 0 }
    }
    return null
  }

  /** The call that has most in progress gives up what it began last. */
  #giveWay(): void {
    const most = this.#members.reduce((a, b) => (b.running > a.running ? b : a))
    const latest = most.running < 2 ? undefined : most.latest()
    if (latest !== undefined) this.#giveBack(answer => answer === latest)
  }

  #giveBack(which: (answer: Answer) => boolean): void {
    for (const answer of this.#scheduler?.release(which).toReversed() ?? []) this.#memberOf(answer)?.giveBack(answer)
  }

  #memberOf(answer: Answer | null): Member | undefined {
    return answer === null ? undefined : this.#members.find(member => member.owns(answer))
  }

  /** Beginning with the one whose turn it is. */
  #inTurn(): Member[] {
    const at = this.#members.length === 0 ? 0 : this.#turn % this.#members.length
    return [...this.#members.slice(at), ...this.#members.slice(0, at)]
  }
}

function isStarving(member: Member): boolean {
  return member.running === 0 && member.waited > patience
}

function sameShape(a: SharedShape, b: SharedShape | null): boolean {
  return b !== null && a.group.key === b.group.key && a.slots === b.slots && a.cells === b.cells
}
