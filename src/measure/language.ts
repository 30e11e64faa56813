/** Which language a text is in, by the shares of its byte n-grams (the package eld, 60 languages). */

/** ISO 639-1, such as `en`; null where the text is too short or too mixed to tell. */
export type LanguageOf = (text: string) => string | null

/** Its table of n-grams takes some tenths of a second to read, so that it is read when it is needed. */
export async function loadLanguages(): Promise<LanguageOf> {
  const { eld } = await import('eld/small')
  return text => {
    const found = eld.detect(text)
    return found.isReliable() ? found.language : null
  }
}
