/** Every code: when it is used, and what to do where an error does not know it better. docs/errors.md is made of this. */
export const errorCodes = {
  usage: {
    when: 'Plimsoll was called in a way it cannot be: a closed model, an environment variable that makes no sense.',
    fix: 'Change the call.',
  },
  'invalid-input': {
    when: 'A value given to a call, a study or a command is not one that it takes.',
    fix: 'Change the value that is named.',
  },
  'not-found': { when: 'A file, a model or a data set is not there.', fix: 'Check the path or the name.' },
  'model-invalid': {
    when: 'The file is no GGUF model: another format, truncated, a header that lies, contents that llama.cpp refuses or crashes on.',
    fix: 'Download the file again; if it is the same then, it was converted wrongly.',
  },
  'model-unsupported': {
    when: 'The model may be sound, but this llama.cpp or Plimsoll does not know its architecture, version or type of tensor.',
    fix: 'Use a model of another architecture or quantisation.',
  },
  'library-mismatch': {
    when: 'The installed llama.cpp libraries are of another release than Plimsoll was built for, or cannot be loaded.',
    fix: 'Install Plimsoll again, and with it the libraries.',
  },
  'library-missing': {
    when: 'The llama.cpp libraries are not installed, or there are none for this platform.',
    fix: 'Install Plimsoll again, and with it the libraries.',
  },
  'out-of-memory': {
    when: 'A model or a call would take more memory than there is. It is asked before any is taken.',
    fix: 'Take a smaller model, or lower slots and maxTokens.',
  },
  'prompt-too-long': {
    when: 'A prompt, with the tokens that shall follow it, is longer than the context of the model. Other requests of the call are not concerned.',
    fix: 'Shorten the prompt, or ask for fewer tokens.',
  },
  'nothing-selected': {
    when: 'A where-clause selects no token of a prompt, so that steering or reading there would silently do nothing.',
    fix: 'Widen the where-clause, or leave the prompt out.',
  },
  'vector-mismatch': {
    when: 'A vector does not belong to the model: another width, another layer, or another fingerprint.',
    fix: 'Fit a vector on this model.',
  },
  'adapter-invalid': {
    when: 'A LoRA adapter is no adapter, or one for another model.',
    fix: 'Use an adapter that was made for this model, as GGUF.',
  },
  'edit-failed': {
    when: 'An edit threw, or hidden states or logits are no numbers any more. Only the request that it belongs to fails.',
    fix: 'Lower the strength.',
  },
  'template-failed': {
    when: 'The chat template of the model refuses the messages, is broken, or is missing.',
    fix: 'Give the prompt as raw text: { raw: "…" }.',
  },
  'engine-crashed': {
    when: 'Native code ended the process of the engine during a call. The error names the requests it was busy with; the caller goes on.',
    fix: 'Call again: a fresh engine is started.',
  },
  cancelled: {
    when: 'The signal of the call was raised, or the model was closed while it ran.',
    fix: 'Call again when the result is wanted.',
  },
  'data-invalid': { when: 'A data file cannot be read, or is not what it claims to be.', fix: 'Correct the file.' },
  'store-invalid': {
    when: 'The file with the answers of earlier runs is damaged or of another version.',
    fix: 'Name another file, and keep this one.',
  },
  network: {
    when: 'A download failed.',
    fix: 'Check the connection and run the same command again: what had arrived is kept.',
  },
  internal: {
    when: 'Something happened that Plimsoll thought impossible.',
    fix: 'Please report this, with what is said above.',
  },
} as const

/** What went wrong, as a word a program can branch on. */
export type ErrorCode = keyof typeof errorCodes

/** The four lines every Plimsoll error has: what happened, what was found, what was expected, what to do. */
export interface ErrorDetails {
  readonly found?: string | undefined
  readonly expected?: string | undefined
  /** What the reader can do next, as an imperative sentence. */
  readonly fix?: string | undefined
  /** `file:line:column` or another place the reader can go to. */
  readonly where?: string | undefined
  readonly cause?: unknown
}

export class PlimsollError extends Error {
  override readonly name = 'PlimsollError'
  readonly code: ErrorCode
  readonly found: string | undefined
  readonly expected: string | undefined
  /** What the reader can do next. */
  readonly fix: string
  readonly where: string | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.found = details.found
    this.expected = details.expected
    this.fix = details.fix ?? errorCodes[code].fix
    this.where = details.where
  }
}
