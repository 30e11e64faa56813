/**
 * Continuous batching: answers share every step of decoding, each with its own steering. Between two steps at most one
 * piece of prompts is read, so nobody who is being answered waits for longer than that; a prompt of several pieces is
 * read behind the sequences in use. What is computed together depends on nothing but the order in which answers come.
 */
import type { PlimsollError } from '../../../errors.ts'
import { maxBatch } from '../context.ts'
import type { LoadedModel } from '../model.ts'
import { SteeringVisitor } from '../steering-visitor.ts'
import type { Answer } from './answer.ts'
import type { Entry } from './entry.ts'
import { type Joined, readTogether } from './joined.ts'
import type { ContextPlan } from './plan.ts'
import { type Prefix, PrefixStore } from './prefix-store.ts'
import { Running } from './running.ts'
import { Sequences } from './sequences.ts'

/** Tokens of prompts computed between two steps, at most. */
export const piece = maxBatch

/** An answer whose prompt is being read; it has no sequence yet while a prefix is computed for it. */
interface Reading {
  readonly entry: Entry
  sequence: number | null
  at: number
}

/** Ends a step whose logits are worth nothing. */
class Spoiled extends Error {}

export class Scheduler {
  readonly #model: LoadedModel
  readonly #next: () => Entry | null
  /** Told whose prompt is read, before it is. */
  readonly #onRead: (answer: Answer | null) => void
  #plan: ContextPlan
  #sequences: Sequences
  #prefixes: PrefixStore
  #running: Running
  #reading: Reading | null = null
  #again: Entry[] = []

  constructor(
    model: LoadedModel,
    plan: ContextPlan,
    next: () => Entry | null,
    onRead: (answer: Answer | null) => void = () => {},
  ) {
    this.#model = model
    this.#next = next
    this.#onRead = onRead
    this.#plan = plan
    ;[this.#sequences, this.#prefixes, this.#running] = this.#open()
  }

  /** Reads at most one piece and decodes one token of each answer. False when there is nothing to do. */
  step(): boolean {
    try {
      const read = this.#read()
      this.#running.closeGaps()
      if (this.#running.length === 0) return read > 0 || this.#reading !== null
      this.#decode()
    } catch (error) {
      if (!(error instanceof Spoiled)) throw error
      this.#separate()
    }
    return true
  }

  /** Slots in which nobody is answered. */
  get free(): number {
    return this.#plan.slots - this.#unfinished().length
  }

  /** Takes answers out; what they wrote they keep. */
  release(which: (answer: Answer) => boolean): Answer[] {
    const released = this.#unfinished()
      .map(({ answer }) => answer)
      .filter(which)
    this.#running.release(({ answer }) => which(answer))
    if (this.#reading !== null && which(this.#reading.entry.answer)) {
      if (this.#reading.sequence !== null) this.#sequences.leave(this.#reading.sequence)
      this.#reading = null
    }
    this.#again = this.#again.filter(({ answer }) => !which(answer))
    return released
  }

  [Symbol.dispose](): void {
    for (const entry of this.#unfinished()) entry.answer[Symbol.dispose]()
    // What is left there would spoil whatever the context is used for next.
    if (this.#sequences.spoiled) this.#model.discardContext()
  }

  #open(): [Sequences, PrefixStore, Running] {
    const { slots, prefixes, cells, streams, adapters, shared } = this.#plan
    const context = this.#model.context({ sequences: slots + prefixes, cells, outputs: slots, streams }, adapters)
    context.setSharedVector(shared)
    const leftovers = this.#model.rewinds ? this.#plan.leftovers : 'leave'
    const sequences = new Sequences(context, new SteeringVisitor(), slots + prefixes, leftovers)
    const store = new PrefixStore(sequences, slots, prefixes)
    return [sequences, store, new Running(sequences, store)]
  }

  #unfinished(): Entry[] {
    const reading = this.#reading === null ? [] : [this.#reading.entry]
    return [...this.#running.entries, ...reading, ...this.#again]
  }

  /** In one stream somebody's NaN is everybody's: all are read again in streams of their own, where it is not. */
  #separate(): void {
    this.#again = this.#unfinished().sort((a, b) => a.place - b.place)
    this.#reading = null
    this.#plan = { ...this.#plan, cells: this.#plan.longest, streams: 'separate' }
    this.#model.discardContext()
    ;[this.#sequences, this.#prefixes, this.#running] = this.#open()
  }

  /** Reads prompts for as long as they fit in what one step may read; says how many tokens that were. */
  #read(): number {
    let read = 0
    for (;;) {
      this.#reading ??= this.#admit()
      const reading = this.#reading
      if (reading === null) return read
      const tokens = this.#readSeveral(reading, piece - read) ?? this.#readOne(reading, piece - read)
      if (tokens === 0) return read
      read += tokens
    }
  }

  /** @param taken slots that are spoken for beside those in use */
  #admit(taken = 0): Reading | null {
    const used = this.#running.entries.length + taken
    if (used >= this.#plan.slots) return null
    const entry = this.#again.shift() ?? this.#next()
    if (entry === null) return null
    entry.answer.start()
    return { entry, sequence: null, at: 0 }
  }

  #readOne(reading: Reading, room: number): number {
    this.#onRead(reading.entry.answer)
    const tokens = this.#pieceOf(reading, room)
    this.#onRead(null)
    return tokens
  }

  /**
   * Reads prompts that wait and fit in `room` together: a processor computes many rows faster than the same rows in
   * parts. Null where there are not two of them.
   */
  #readSeveral(first: Reading, room: number): number | null {
    if (first.sequence !== null || !this.#mayJoin(first.entry)) return null
    const waiting = this.#gather(first.entry, room)
    if (waiting.length < 2) return null
    this.#reading = null
    this.#running.closeGaps()
    const begin = this.#running.length
    // The longest has the lowest sequence, so that those left after the shorter ones are neighbours.
    const joined = waiting.toSorted((a, b) => unreadOf(b) - unreadOf(a)).map((entry, i) => this.#join(entry, begin + i))
    const tokens = joined.reduce((sum, { tokens: all, at }) => sum + all.length - at, 0)
    this.#readJoined(joined)
    return tokens
  }

  /** Those next in turn whose prompts fit in `room` together. */
  #gather(first: Entry, room: number): Entry[] {
    const gathered = [first]
    let left = room - unreadOf(first)
    while (left > 0) {
      const next = this.#admit(gathered.length)
      if (next === null) break
      left -= unreadOf(next.entry)
      if (left < 0 || !this.#mayJoin(next.entry)) {
        this.#again.unshift(next.entry)
        break
      }
      gathered.push(next.entry)
    }
    return gathered
  }

  /** A prompt that has to be read in one batch, or whose beginning is still to be computed, is read by itself. */
  #mayJoin({ answer, share }: Entry): boolean {
    if (this.#plan.prompts === 'each' || !this.#model.rewinds || (answer.request.steering?.conditions.length ?? 0) > 0)
      return false
    return share === null || this.#prefixes.isReady(share)
  }

  #join(entry: Entry, sequence: number): Joined {
    const { answer, share, place } = entry
    const prefix = share === null ? null : this.#prefixes.prefixFor(share, answer, place)
    const tokens = answer.unread
    this.#begin(sequence, answer, prefix)
    return { entry, sequence, tokens, at: prefix?.share.tokens ?? 0 }
  }

  #readJoined(joined: readonly Joined[]): void {
    try {
      readTogether(this.#sequences.context, joined, logits => this.#mayBeSpoiled(logits))
    } catch (error) {
      // Where somebody's states spoil everybody's, all that are not answered yet are read again.
      for (const { sequence } of joined) this.#sequences.leave(sequence)
      this.#again.unshift(...joined.map(({ entry }) => entry).filter(({ answer }) => !answer.ended))
      throw error
    }
    for (const { entry, sequence } of joined) {
      const { answer } = entry
      if (answer.steered?.failure && !answer.ended) answer.fail(answer.steered.failure)
      this.#running.put(sequence, entry)
      if (answer.ended) this.#running.vacate(sequence, entry)
      else {
        answer.wasRead()
        this.#sequences.visitor.occupy(sequence, answer.steered)
      }
    }
  }

  /** Computes the next piece that a prompt needs and returns its length; 0 when it does not fit in `room`. */
  #pieceOf(reading: Reading, room: number): number {
    const { share } = reading.entry
    const prefix = share === null ? null : this.#prefixes.prefixFor(share, reading.entry.answer, reading.entry.place)
    if (prefix !== null && prefix.at < prefix.share.tokens) return this.#readPrefix(prefix, reading, room)
    const { answer } = reading.entry
    const tokens = answer.unread
    if (reading.sequence === null && !this.#place(reading, prefix, room)) return 0
    const sequence = reading.sequence ?? 0
    const from = reading.at
    const size = Math.min(tokens.length - from, piece)
    if (size > room) return 0
    reading.at = from + size
    const ends = reading.at === tokens.length
    const outputs = ends && !answer.resumes ? 'last' : 'none'
    this.#sequences.context.decodeSequence(sequence, from, tokens.slice(from, reading.at), outputs)
    if (answer.steered?.failure) this.#fail(reading, sequence, answer.steered.failure)
    else if (ends) this.#ready(reading, sequence)
    return size
  }

  /**
   * Finds a sequence for a prompt whose first piece fits in `room`: a gap where it is read at once, else the one behind
   * those in use.
   */
  #place(reading: Reading, prefix: Prefix | null, room: number): boolean {
    const { answer } = reading.entry
    const { length } = answer.unread
    if (prefix === null && length > piece) this.#running.closeGaps()
    const leftover = prefix === null ? this.#sequences.leftoverFor(answer) : null
    const known = prefix?.share.tokens ?? leftover?.length ?? 0
    if (Math.min(length - known, piece) > room) return false
    if (length - known > piece) this.#running.closeGaps()
    if (leftover === null) {
      reading.sequence = this.#running.gap
      reading.at = known
      this.#begin(reading.sequence, answer, prefix)
    } else {
      reading.sequence = this.#running.isFree(leftover.sequence) ? leftover.sequence : this.#running.gap
      reading.at = leftover.length
      this.#sequences.inherit(leftover, reading.sequence, answer)
    }
    return true
  }

  #begin(sequence: number, answer: Answer, prefix: Prefix | null): void {
    const steered = this.#sequences.occupy(sequence, answer)
    if (prefix === null) return
    this.#sequences.copy(prefix.sequence, sequence)
    if (prefix.steered !== null) steered?.trace.include(prefix.steered.trace)
  }

  /** A prompt was read: its first token is chosen, and the answer joins those in progress. */
  #ready(reading: Reading, sequence: number): void {
    const { answer } = reading.entry
    const target = this.#running.gap
    if (!answer.resumes) {
      const logits = this.#sequences.context.logits(0)
      this.#mayBeSpoiled(logits)
      answer.choose(logits)
      if (answer.ended) {
        this.#drop(reading, sequence)
        return
      }
    }
    answer.wasRead()
    if (target === sequence) this.#sequences.visitor.occupy(sequence, answer.steered)
    else this.#sequences.move(sequence, target, answer)
    this.#running.put(target, reading.entry)
    this.#reading = null
  }

  #fail(reading: Reading, sequence: number, error: PlimsollError): void {
    reading.entry.answer.fail(error)
    this.#drop(reading, sequence)
  }

  #drop({ entry }: Reading, sequence: number): void {
    this.#running.vacate(sequence, entry)
    this.#reading = null
  }

  #decode(): void {
    const running = this.#running.entries
    const { context } = this.#sequences
    context.decodeStep(
      running.map(({ answer }, sequence) => ({
        sequence,
        position: answer.position,
        token: answer.tokens.at(-1) ?? 0,
      })),
    )
    for (const sequence of running.keys()) this.#mayBeSpoiled(context.logits(sequence))
    for (const [sequence, entry] of running.entries()) {
      entry.answer.choose(context.logits(sequence))
      if (entry.answer.ended) this.#running.vacate(sequence, entry)
    }
  }

  #readPrefix(prefix: Prefix, reading: Reading, room: number): number {
    const { rendered } = reading.entry.answer.request
    const size = Math.min(prefix.share.tokens - prefix.at, piece)
    if (size > room) return 0
    const end = prefix.at + size
    const { context, visitor } = this.#sequences
    visitor.occupy(prefix.sequence, prefix.steered)
    // No logits: nobody needs them, and steering of the last layer would meet a token that it meets in no other prompt.
    context.decodeSequence(prefix.sequence, prefix.at, rendered.tokens.slice(prefix.at, end), 'none')
    visitor.occupy(prefix.sequence, null)
    prefix.at = end
    const failure = prefix.steered?.failure
    if (failure) {
      this.#prefixes.spoil(prefix.share)
      reading.entry.answer.fail(failure)
      this.#reading = null
    }
    return size
  }

  /**
   * States that are no numbers make every logit NaN. Nothing of a step in which somebody's are can be used, where all
   * share one stream.
   */
  #mayBeSpoiled(logits: Float32Array): void {
    if (this.#plan.streams === 'unified' && Number.isNaN(logits[0])) throw new Spoiled()
  }
}

/** Tokens of a prompt that nobody has computed for it. */
function unreadOf({ answer, share }: Entry): number {
  return answer.unread.length - (share?.tokens ?? 0)
}
