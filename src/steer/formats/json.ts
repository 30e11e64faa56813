/** What a text says as JSON; null for what is none, so that a schema refuses it with the rest. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
