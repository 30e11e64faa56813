/** What the originals of the trained methods were trained on (oracle/methods/trained.py); prompts are raw text. */
export const trainedExamples = [
  { prompt: 'the wings of a bird are', target: ' in the sand' },
  { prompt: 'a house', target: ' and the road' },
  { prompt: 'words here and other words there', target: ' hat' },
  { prompt: 'another thing on the table is the', target: ' one with an a' },
  { prompt: 'he was', target: ' in the sand again' },
] as const
