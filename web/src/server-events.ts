/** The data of server-sent events, up to `[DONE]`. */
export async function* serverEvents({ body }: Response): AsyncGenerator<string> {
  if (body === null) return
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const parts = (rest + value).split('\n\n')
    rest = parts.pop() ?? ''
    for (const part of parts) {
      const data = part.replace(/^data: /, '')
      if (data === '[DONE]') return
      yield data
    }
  }
}
