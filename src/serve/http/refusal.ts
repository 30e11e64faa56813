/** An answer that is no success, told in the words of an error. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly fix: string | undefined

  constructor(status: number, message: string, fix?: string) {
    super(message)
    this.status = status
    this.fix = fix
  }
}
