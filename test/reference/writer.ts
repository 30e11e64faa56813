/** From tokens to text as it is written: whole characters only, and nothing that may turn out to be a stop string. */
export class Writer {
  readonly #stops: readonly string[]
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  #text = ''
  #told = 0
  stopped = false

  constructor(stops: readonly string[]) {
    this.#stops = stops.filter(stop => stop !== '')
  }

  /** What has been written, without the stop string. */
  get text(): string {
    return this.#text
  }

  /** Takes the bytes of one token and returns the text that is certain by now. */
  push(bytes: Uint8Array): string {
    this.#text += this.#decoder.decode(bytes, { stream: true })
    const ends = this.#stops.map(stop => this.#text.indexOf(stop)).filter(at => at >= 0)
    if (ends.length > 0) {
      this.stopped = true
      this.#text = this.#text.slice(0, Math.min(...ends))
      return this.#tell(this.#text.length)
    }
    return this.#tell(this.#text.length - this.#heldBack())
  }

  /** Text that was held back and is now certain. */
  end(): string {
    if (!this.stopped) this.#text += this.#decoder.decode()
    return this.#tell(this.#text.length)
  }

  #tell(end: number): string {
    const told = this.#text.slice(this.#told, end)
    this.#told = Math.max(this.#told, end)
    return told
  }

  /** Length of the longest end of the text that begins a stop string. */
  #heldBack(): number {
    const begins = (length: number) => this.#stops.some(stop => stop.startsWith(this.#text.slice(-length)))
    const longest = Math.min(this.#text.length, Math.max(0, ...this.#stops.map(stop => stop.length - 1)))
    for (let length = longest; length > 0; length--) if (begins(length)) return length
    return 0
  }
}
